import numpy as np
import pytest
from keras import ops

from keras_muirf.weather import Haze


def scene(seed, batch=3, height=40, width=56):
    return np.random.default_rng(seed).random(
        (batch, height, width, 3), "float32"
    )


def test_law_with_its_fields():
    images = scene(0)
    hazy = ops.convert_to_numpy(Haze(severity=0.6, seed=9)(images))
    # The same draws again: first the severity, then the fields.
    twin = Haze(severity=0.6, seed=9)
    (severity,) = twin.draw(images, (0.6, 0.6))
    t, a = twin.draw_fields(ops.convert_to_tensor(images), severity)
    t, a = ops.convert_to_numpy(t), ops.convert_to_numpy(a)
    assert t.shape == (3, 40, 56, 1) and a.shape == (3, 1, 1, 3)
    assert 0 < t.min() and t.max() <= 1
    np.testing.assert_allclose(hazy, images * t + a * (1 - t), atol=1e-5)


def test_constant_depth_is_an_affine_map():
    images = scene(1)
    layer = Haze(severity=(0.3, 0.9), relief=0, patchiness=0, seed=1)
    hazy = ops.convert_to_numpy(layer(images))
    slopes = []
    for image, out in zip(images, hazy, strict=True):
        for channel in range(3):
            x, y = image[..., channel].ravel(), out[..., channel].ravel()
            slope, offset = np.polyfit(x, y, 1)
            np.testing.assert_allclose(y, slope * x + offset, atol=1e-4)
            # A (1 - t): the airlight lies within its range and tint.
            assert 0.55 < offset / (1 - slope) <= 1.001
            slopes.append(slope)
    slopes = np.reshape(slopes, (3, 3))
    assert np.ptp(slopes, axis=1).max() < 1e-3 < np.ptp(slopes[:, 0])


def test_thick_haze_tends_to_the_airlight():
    images = scene(2)
    out = ops.convert_to_numpy(Haze(1.0, airlight=0.8, seed=0)(images))
    error = np.abs(out - 0.8).mean(axis=(1, 2, 3))
    assert (error < 0.8 * np.abs(images - 0.8).mean(axis=(1, 2, 3))).all()


def test_relief_and_patchiness_vary_the_transmission():
    images = np.full((8, 64, 64, 3), 0.1, "float32")

    def spread(**kwargs):
        out = ops.convert_to_numpy(Haze(0.6, seed=3, **kwargs)(images))
        return out[..., 0].std(axis=(1, 2)).mean()

    assert spread(relief=0, patchiness=0) < 1e-5
    assert spread(relief=1, patchiness=0) > 0.03
    assert spread(relief=0, patchiness=1) > 0.03


@pytest.mark.parametrize(
    "argument",
    [{"airlight": 1.2}, {"relief": (1, 0)}, {"patchiness": (0, 0, 1)}],
)
def test_bad_arguments(argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        Haze(**argument)
