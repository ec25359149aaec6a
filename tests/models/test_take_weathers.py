import numpy as np
import pytest

from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.models import take_weathers


@pytest.fixture(scope="module")
def whole():
    return MUIRFImageRestorer.from_preset("muirf_tiny_all_weather")


@pytest.fixture(scope="module")
def image():
    return np.random.default_rng(0).random((40, 56, 3), "float32")


@pytest.mark.parametrize(
    "weathers", [("snow",), ("raindrop", "rain"), ("haze", "snow", "rain")]
)
def test_a_weather_is_restored_as_by_the_whole(whole, image, weathers):
    part = take_weathers(whole, weathers)
    assert part.weathers == weathers
    kept = [whole.weathers.index(name) for name in weathers]
    among = whole.route(whole.shallow_moments(image[None]))["weather"][:, kept]
    found = part.route(part.shallow_moments(image[None]))["weather"]
    np.testing.assert_allclose(found, among / among.sum(), atol=1e-5)
    for weather in weathers:
        np.testing.assert_allclose(
            part.restore(image, weather),
            whole.restore(image, weather),
            atol=1e-6,
        )


@pytest.mark.every_backend
def test_all_weathers_are_the_whole(whole, image):
    part = take_weathers(whole, whole.weathers)
    np.testing.assert_array_equal(part.restore(image), whole.restore(image))
    assert part.backbone is not whole.backbone


def test_a_new_scale_changes_nothing(whole, image):
    part = take_weathers(whole, whole.weathers, scales=whole.scales + 1)
    assert part.scales == whole.scales + 1
    np.testing.assert_allclose(
        part.restore(image), whole.restore(image), atol=1e-6
    )


def test_a_part_is_smaller_and_a_preset(whole, image, tmp_path):
    part = take_weathers(whole, ("haze",))
    assert part.count_params() < 0.6 * whole.count_params()
    part.save_to_preset(str(tmp_path / "dehaze"))
    loaded = MUIRFImageRestorer.from_preset(str(tmp_path / "dehaze"))
    assert loaded.weathers == ("haze",)
    np.testing.assert_array_equal(loaded.restore(image), part.restore(image))


@pytest.mark.parametrize(
    ("weathers", "message"),
    [
        ((), "at least one"),
        ("rain", r"such as \('rain',\)"),
        (("rain", "rain"), "none twice"),
        (("rain", "dust"), "Received: dust"),
    ],
)
def test_wrong_weathers_are_named(whole, weathers, message):
    with pytest.raises(ValueError, match=message):
        take_weathers(whole, weathers)
