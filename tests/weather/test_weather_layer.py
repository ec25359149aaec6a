"""What all weather layers have in common."""

import keras
import numpy as np
import pytest
from keras import ops

from keras_muirf import weather
from keras_muirf.weather import Mixed
from keras_muirf.weather import WeatherLayer

pytestmark = pytest.mark.parametrize(
    "cls",
    [
        layer
        for layer in vars(weather).values()
        if isinstance(layer, type)
        and issubclass(layer, WeatherLayer)
        and layer not in (Mixed, WeatherLayer)
    ],
)


def scene(batch=2, height=48, width=48, dtype="float32"):
    """Photograph-like images: bright above, dark below, with texture."""
    rng = np.random.default_rng(0)
    ramp = np.linspace(0.75, 0.15, height)[:, None, None]
    texture = 0.15 * rng.random((batch, height, width, 3))
    return (ramp + texture).astype(dtype)


def run(layer, images):
    return ops.convert_to_numpy(layer(images))


def mean_psnr(a, b):
    error = np.mean(np.square(a - b), axis=(1, 2, 3))
    return np.mean(-10 * np.log10(error + 1e-8))


def test_seed_reproduces_and_calls_differ(cls):
    images = scene()
    first, again, other = cls(seed=3), cls(seed=3), cls(seed=4)
    one, two = run(first, images), run(first, images)
    np.testing.assert_array_equal(one, run(again, images))
    np.testing.assert_array_equal(two, run(again, images))
    assert np.abs(one - two).max() > 0.01
    assert np.abs(one - run(other, images)).max() > 0.01


def test_images_of_a_batch_are_independent(cls):
    images = np.repeat(scene(1), 3, axis=0)
    changed = np.concatenate([images[:2], 1.0 - images[2:]])
    before, after = run(cls(seed=5), images), run(cls(seed=5), changed)
    np.testing.assert_allclose(before[:2], after[:2], atol=1e-6)
    assert np.abs(before[0] - before[1]).max() > 0.01
    assert np.abs(before[1] - before[2]).max() > 0.01


def test_severity_is_monotone(cls):
    images = scene(16, 64, 64)
    none, light, medium, heavy, full = [
        mean_psnr(run(cls(severity=s, seed=1), images), images)
        for s in (0.0, "light", "medium", "heavy", 1.0)
    ]
    assert none > 60 > light > medium + 1 > heavy + 2 > full + 2


def test_severity_range_is_drawn_per_image(cls):
    layer = cls(severity=("light", 0.75), seed=0)
    drawn = []

    def record(images, severity):
        drawn.append(ops.convert_to_numpy(severity).ravel())
        return images

    layer.apply_weather = record
    layer(scene(64, 4, 4))
    (drawn,) = drawn
    assert drawn.shape == (64,)
    assert 0.25 <= drawn.min() < 0.35 and 0.65 < drawn.max() <= 0.75


@pytest.mark.parametrize(
    "shape",
    [(1, 1, 1, 3), (1, 1, 3), (2, 5, 7, 3), (33, 65, 3), (1, 2, 130, 3)],
)
def test_any_size(cls, shape):
    images = np.random.default_rng(1).random(shape, "float32")
    out = run(cls(severity=1.0, seed=2), images)
    assert out.shape == shape
    assert out.dtype == np.float32
    assert np.isfinite(out).all() and out.min() >= 0 and out.max() <= 1


def test_output_stays_in_range(cls):
    images = np.concatenate([np.zeros((2, 24, 24, 3)), np.ones((2, 24, 24, 3))])
    out = run(cls(severity=1.0, seed=2), images.astype("float32"))
    assert out.min() >= 0 and out.max() <= 1


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32"])
def test_dtype_of_the_input_is_kept(cls, dtype):
    images = ops.cast(ops.convert_to_tensor(scene()), dtype)
    out = cls(seed=1)(images)
    assert keras.backend.standardize_dtype(out.dtype) == dtype


def test_half_precision_policy_computes_in_float32(cls):
    images = scene()
    expected = run(cls(seed=1), images)
    half = cls(seed=1, dtype="mixed_float16")
    assert half.compute_dtype == "float16"
    np.testing.assert_array_equal(run(half, images), expected)


def test_compiled(cls):
    images = scene(3)
    model = keras.Sequential([keras.Input((48, 48, 3)), cls(seed=7)])
    assert model.output_shape == (None, 48, 48, 3)
    out = model.predict_on_batch(images)
    # Compilation may fuse operations: a pixel at a flake's edge may round
    # otherwise, the image may not.
    difference = np.abs(out - run(cls(seed=7), images))
    assert difference.mean() < 1e-4
    assert np.abs(model.predict_on_batch(images) - out).max() > 0.01


def test_serialization_round_trip(cls):
    layer = cls(severity=("light", 0.8), seed=11, name="weather")
    config = keras.saving.serialize_keras_object(layer)
    assert config["registered_name"] == f"keras_muirf>{cls.__name__}"
    copy = keras.saving.deserialize_keras_object(config)
    assert isinstance(copy, cls)
    assert copy.get_config() == layer.get_config()
    np.testing.assert_array_equal(run(copy, scene()), run(layer, scene()))


@pytest.mark.slow
def test_saved_model(cls, tmp_path):
    images = scene()
    model = keras.Sequential([keras.Input((48, 48, 3)), cls(seed=13)])
    model.save(tmp_path / "weather.keras")
    loaded = keras.saving.load_model(tmp_path / "weather.keras")
    np.testing.assert_allclose(
        loaded.predict_on_batch(images),
        model.predict_on_batch(images),
        atol=1e-6,
    )


@pytest.mark.parametrize(
    "severity",
    [-0.1, 1.1, "storm", (0.9, 0.1), (0.1,) * 3, None, True, ("light", "x")],
)
def test_bad_severity(cls, severity):
    with pytest.raises(ValueError, match="severity"):
        cls(severity=severity)


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((2, 8, 8, 3), "uint8"), "floating point"),
        (np.zeros((8, 8, 3), "int32"), "floating point"),
        (np.zeros((2, 8, 8, 1), "float32"), "shape"),
        (np.zeros((8, 8), "float32"), "shape"),
        (np.zeros((2, 0, 8, 3), "float32"), "height and a width"),
    ],
)
def test_bad_images(cls, images, message):
    with pytest.raises(ValueError, match=message):
        cls()(images)


def test_unknown_height_is_refused(cls):
    with pytest.raises(ValueError, match="height and a width"):
        cls()(keras.Input((None, 32, 3)))


def test_a_weather_must_be_implemented(cls):
    class Hail(WeatherLayer):
        pass

    assert issubclass(cls, WeatherLayer)
    with pytest.raises(NotImplementedError, match="Hail"):
        Hail()(scene())
