import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_muirf.restoration.tiling import average_moments
from keras_muirf.restoration.tiling import computed_pixels
from keras_muirf.restoration.tiling import restore_tiled

tilings = st.fixed_dictionaries(
    {
        "multiple": st.sampled_from([1, 2, 8]),
        "halo": st.integers(0, 9),
        "blend": st.integers(0, 8),
        "batch": st.integers(1, 4),
    }
)


def _image(height, width, dtype):
    values = np.random.default_rng(height * 1000 + width).integers(
        0, np.iinfo(dtype).max + 1, (height, width, 3)
    )
    return values.astype(dtype)


@settings(max_examples=150, deadline=None)
@given(
    st.integers(1, 90),
    st.integers(1, 90),
    st.sampled_from(["uint8", "uint16"]),
    st.integers(0, 30),
    tilings,
)
def test_identity_is_exact(height, width, dtype, more, tiling):
    image = _image(height, width, dtype)
    tile = 2 * tiling["halo"] + tiling["blend"] + tiling["multiple"] + more
    shapes = set()

    def same(tiles):
        shapes.add(tiles.shape)
        return tiles

    restored = restore_tiled(image, same, tile, **tiling)
    assert restored.dtype == image.dtype
    assert np.array_equal(restored, image)
    (shape,) = shapes
    assert shape[1] % tiling["multiple"] == shape[2] % tiling["multiple"] == 0
    assert max(shape[1:3]) < tile + tiling["multiple"]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 30), tilings)
def test_the_pixels_to_compute_are_counted(height, width, more, tiling):
    tile = 2 * tiling["halo"] + tiling["blend"] + tiling["multiple"] + more
    alone = {**tiling, "batch": 1}
    seen = []

    def count(tiles):
        seen.append(tiles.shape[1] * tiles.shape[2])
        return tiles

    restore_tiled(_image(height, width, "uint8"), count, tile, **alone)
    del alone["batch"]
    assert computed_pixels(height, width, tile, **alone) == sum(seen)


def _blur(tiles, radius=5):
    """A network that looks `radius` pixels far and pads with zeros."""
    for axis in (1, 2):
        pad = [(0, 0)] * 4
        pad[axis] = (radius, radius)
        sums = np.cumsum(np.pad(tiles, pad), axis=axis, dtype="float64")
        sums = np.concatenate([np.zeros_like(sums.take([0], axis)), sums], axis)
        n = tiles.shape[axis]
        ahead = sums.take(range(2 * radius + 1, n + 2 * radius + 1), axis)
        tiles = (ahead - sums.take(range(n), axis)) / (2 * radius + 1)
    return tiles.astype("float32")


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 120), st.integers(1, 120), st.integers(0, 12))
def test_with_enough_halo_tiles_equal_the_whole(height, width, blend):
    image = _image(height, width, "uint8")
    whole = restore_tiled(image, _blur, multiple=4)
    tiled = restore_tiled(image, _blur, 48, halo=5, multiple=4, blend=blend)
    # Rounding may fall either way where a value is half way.
    assert np.abs(whole.astype(int) - tiled).max() <= 1
    assert np.mean(whole != tiled) < 0.001


def test_too_little_halo_shows():
    image = _image(100, 100, "uint16")
    whole = restore_tiled(image, _blur).astype(int)
    tiled = restore_tiled(image, _blur, 40, halo=0, blend=4)
    assert np.abs(whole - tiled).max() > 100


def test_tiles_fade_into_each_other():
    """Each tile has a level of its own; between them the levels change."""
    levels = iter(np.linspace(0.2, 0.8, 3))

    def own_level(tiles):
        return np.full_like(tiles, next(levels))

    image = _image(64, 160, "uint8")
    row = restore_tiled(image, own_level, 64, halo=4, blend=8)[32, :, 0]
    assert row[0] == round(0.2 * 255)
    assert row[-1] == round(0.8 * 255)
    steps = np.diff(row.astype(int))
    assert 0 <= steps.min() and steps.max() <= 0.3 * 255 * np.pi / 2 / 8 + 1


def test_values_are_rounded_and_clipped():
    image = np.full((4, 4, 3), 100, "uint8")
    for shift, expected in ((0.4, 100), (0.6, 101), (-300, 0), (300, 255)):
        restored = restore_tiled(image, lambda x, s=shift: x + s / 255)
        assert np.all(restored == expected)


def test_wrong_arguments_are_named():
    image = _image(50, 50, "uint8")
    with pytest.raises(ValueError, match="2 \\* halo"):
        restore_tiled(image, lambda x: x, 16, halo=8)
    with pytest.raises(ValueError, match="float32"):
        restore_tiled(image.astype("float32"), lambda x: x)
    with pytest.raises(FloatingPointError, match="not finite"):
        restore_tiled(image, lambda x: x * np.nan)


@pytest.mark.parametrize("size", [(1, 1), (16, 24), (37, 51), (9, 300)])
@pytest.mark.parametrize(("multiple", "stride"), [(8, 4), (4, 4), (2, 8)])
def test_moments_of_tiles_are_those_of_the_image(size, multiple, stride):
    image = _image(*size, "uint16")
    sizes = []

    def features(x):
        """Of cells, each with the cell above and the one to its left."""
        sizes.append(x.shape)
        height, width = (-(-n // stride) * stride for n in x.shape[1:3])
        x = np.pad(
            x[0], ((0, height - x.shape[1]), (0, width - x.shape[2]), (0, 0))
        )
        cells = x.reshape(height // stride, stride, -1, stride, 3).mean((1, 3))
        padded = np.pad(cells, ((1, 0), (1, 0), (0, 0)))
        return (cells + padded[:-1, 1:] + 2 * padded[1:, :-1])[None]

    whole = average_moments(image, features, max(size), multiple, stride)
    assert len(sizes) == 1
    found = features(image[None] / np.float32(65535))
    if size == (16, 24):
        expected = np.concatenate(
            [found.mean((1, 2)), (found**2).mean((1, 2))], -1
        )
        np.testing.assert_allclose(whole, expected, rtol=1e-5)
    tiled = average_moments(image, features, 16, multiple, stride)
    np.testing.assert_allclose(tiled, whole, rtol=1e-5)
