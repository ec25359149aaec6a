import numpy as np
import pytest
from keras import ops

from keras_muirf.weather import Raindrop
from keras_muirf.weather.raindrop import sample_mirrored


def wet(images, **kwargs):
    return ops.convert_to_numpy(Raindrop(seed=6, **kwargs)(images))


def test_drops_show_the_scene_upside_down():
    # Red above, green below: a drop in the red half shows green.
    images = np.zeros((8, 128, 128, 3), "float32")
    images[:, :64, :, 0] = 0.8
    images[:, 64:, :, 1] = 0.8
    out = wet(images, severity=1.0, defocus=0.0)
    assert np.quantile(out[:, :40, :, 1], 0.98) > 0.3
    assert np.quantile(out[:, 88:, :, 0], 0.98) > 0.3


def test_no_drop_is_cut_off():
    # The edges of blurred drops are wide: a step between neighbours is a cut.
    drops = Raindrop(1.0, scale=1.0, defocus=1.0, seed=0)
    black = np.zeros((12, 200, 300, 3), "float32")
    out = ops.convert_to_numpy(drops(black))
    assert out.max() > 0.3
    assert max(np.abs(np.diff(out, axis=a)).max() for a in (1, 2)) < 0.2


def test_small_drops_dissolve_out_of_focus():
    black = np.zeros((8, 96, 96, 3), "float32")

    def light(defocus):
        return wet(black, severity=1.0, scale=0.25, defocus=defocus).mean()

    assert light(1.0) < 0.8 * light(0.0)


def test_only_drops_change_a_constant_image():
    images = np.full((8, 96, 96, 3), 0.4, "float32")
    changed = np.abs(wet(images, severity="medium") - images).max(-1) > 0.01
    assert 0.02 < changed.mean() < 0.8
    assert changed.any(axis=(1, 2)).mean() > 0.7


def test_defocus_softens_the_edges():
    rng = np.random.default_rng(0)
    images = rng.random((8, 96, 96, 3), "float32")

    def sharpness(defocus):
        black = np.zeros_like(images)
        out = wet(black, severity=1.0, defocus=defocus).mean(-1)
        return np.abs(np.diff(out, axis=1)).max()

    assert sharpness(0.0) > 1.5 * sharpness(1.0)


def test_sampling_mirrors_at_the_borders():
    images = np.arange(2 * 3 * 4 * 3, dtype="float32").reshape(2, 3, 4, 3)
    y = ops.array([[[-1.0, 0.0, 2.0, 3.0, 7.0]]] * 2, "float32")
    x = ops.array([[[1.0, -2.0, 4.0, 3.2, 0.0]]] * 2, "float32")
    out = ops.convert_to_numpy(
        sample_mirrored(ops.convert_to_tensor(images), y, x)
    )
    rows, columns = [0, 0, 2, 2, 1], [1, 1, 3, 3, 0]
    np.testing.assert_array_equal(out[:, 0], images[:, rows, columns])


@pytest.mark.parametrize("argument", [{"scale": -1}, {"defocus": (0, 2)}])
def test_bad_arguments(argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        Raindrop(**argument)


def test_drops_are_brighter_than_black_and_darker_than_white():
    # Most of what a drop shows lies outside of the photograph.
    black = wet(np.zeros((8, 96, 96, 3), "float32"), severity="heavy")
    white = wet(np.ones((8, 96, 96, 3), "float32"), severity="heavy")
    assert np.quantile(black, 0.98) > 0.3
    assert np.quantile(white, 0.02) < 0.8
