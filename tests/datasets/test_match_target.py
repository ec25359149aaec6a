import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from skimage import data
from skimage.transform import rescale

from keras_muirf.datasets import match_target


@pytest.fixture(scope="module")
def photograph():
    scene = rescale(data.astronaut(), 0.35, anti_aliasing=True, channel_axis=-1)
    return np.uint8(np.rint(255 * scene))[:160, :160]


def tones(image, gain, lift):
    return np.clip(gain * image + lift, 0, 255)


def largest_part(error):
    return np.quantile(np.abs(error), 0.99)


@given(
    gain=st.floats(0.6, 0.95),
    lift=st.floats(0, 10),
    rows=st.integers(-2, 2),
    columns=st.integers(-2, 2),
)
@settings(max_examples=25, deadline=None)
def test_place_and_tones_are_found(photograph, gain, lift, rows, columns):
    inner = slice(4, -4)
    moved = np.roll(photograph, (rows, columns), (0, 1))
    seen = np.uint8(np.rint(tones(photograph[inner, inner], gain, lift)))
    matched, share = match_target(seen, moved[inner, inner])
    assert share > 0.9
    # Of 255; before, exposure and place made 25 and more.
    assert np.abs(np.float32(matched) - seen).mean() < 1


def test_what_the_weather_covers_has_no_say(photograph):
    darker = np.uint8(tones(photograph, 0.7, 5))
    covered = darker.copy()
    covered[40:100, 30:90] = 240
    matched, share = match_target(covered, photograph)
    assert 0.7 < share < 0.9
    under = np.float32(matched[44:96, 34:86]) - darker[44:96, 34:86]
    assert largest_part(under) < 6
    # Where there is no weather the input itself is the target.
    assert np.mean(matched[:38] == covered[:38]) > 0.5
    assert largest_part(np.float32(matched[:38]) - covered[:38]) < 3


def test_a_part_of_a_pixel(photograph):
    moved = (np.float32(photograph) + np.roll(photograph, 1, 1)) / 2
    matched, share = match_target(photograph, np.uint8(moved))
    assert share > 0.9


def test_another_scene_agrees_in_little(photograph):
    other = np.ascontiguousarray(photograph[::-1, ::-1])
    assert match_target(photograph, other)[1] < 0.25


@pytest.mark.parametrize("value", [0, 255])
def test_an_even_image_is_no_error(value):
    even = np.full((32, 40, 3), value, "uint8")
    matched, share = match_target(even, even)
    assert share == 1
    np.testing.assert_array_equal(matched, even)


@pytest.mark.parametrize(
    "input, target",
    [
        (np.zeros((8, 8, 3)), np.zeros((8, 8, 3))),
        (np.zeros((8, 8, 3), "uint8"), np.zeros((8, 9, 3), "uint8")),
        (np.zeros((8, 8), "uint8"), np.zeros((8, 8), "uint8")),
    ],
)
def test_what_are_no_two_images_is_told(input, target):
    with pytest.raises(ValueError, match="must be uint8 of one shape"):
        match_target(input, target)


@given(st.integers(1, 6), st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_very_small_images(height, width):
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3))
    matched, _ = match_target(np.uint8(image), np.uint8(image))
    assert matched.shape == image.shape


def test_a_shift_below_0_is_told(photograph):
    with pytest.raises(ValueError, match="shift=-1"):
        match_target(photograph, photograph, shift=-1)
