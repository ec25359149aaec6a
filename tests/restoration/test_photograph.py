import numpy as np
import pytest
from PIL import Image

from keras_muirf.models import MUIRFBackbone
from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.restoration import ImageError
from keras_muirf.restoration import read_image
from keras_muirf.restoration import restore_file
from keras_muirf.restoration import restore_photograph
from keras_muirf.restoration import write_image
from keras_muirf.restoration.tile_size import largest_tile
from keras_muirf.restoration.tile_size import tile_sizes
from keras_muirf.restoration.tiling import average_moments


@pytest.fixture(scope="module")
def small():
    """A real restorer of two levels."""
    return MUIRFImageRestorer(
        MUIRFBackbone(
            widths=(8, 8),
            encoder_blocks=(1,),
            middle_blocks=1,
            decoder_blocks=(1,),
            stem_width=4,
            router_width=8,
        )
    )


@pytest.mark.parametrize("size", [(1, 1), (7, 200), (230, 270), (250, 260)])
def test_identity_gives_equal_pixels(size, identity, rng):
    pixels = rng.integers(0, 65536, (*size, 3), dtype="uint16")
    restored, posterior = restore_photograph(identity, pixels)
    assert np.array_equal(restored, pixels)
    assert posterior.argmax() == 2
    one_piece = size[0] * size[1] <= 1.25 * largest_tile(identity) ** 2
    assert (len(identity.shapes) == 1) == one_piece
    # Routed once, whatever the number of tiles.
    assert identity.asked == ["auto"]


def test_tile_and_weather_reach_the_restorer(identity, rng):
    pixels = rng.integers(0, 256, (150, 150, 3), dtype="uint8")
    restore_photograph(identity, pixels, "snow", tile=40, batch=2)
    assert identity.asked == ["snow"]
    assert {shape[1:] for shape in identity.shapes} == {(40, 40, 3)}
    identity.shapes.clear()
    restore_photograph(identity, pixels, tile=0)
    assert identity.shapes == [(1, 152, 152, 3)]
    with pytest.raises(ValueError, match="at least 34 pixels"):
        restore_photograph(identity, pixels, tile=33)


def test_tiles_of_a_real_network_equal_the_whole_image(small, rng):
    pixels = rng.integers(0, 256, (96, 120, 3), dtype="uint8")
    whole = small.restore(pixels).astype(int)
    restored, _ = restore_photograph(small, pixels, tile=64)
    assert np.abs(whole - restored).max() <= 1
    assert np.mean(whole != restored) < 0.01


def test_moments_of_a_real_network_by_tiles(small, rng):
    pixels = rng.integers(0, 256, (128, 160, 3), dtype="uint8")
    whole = small.shallow_moments(pixels[None] / np.float32(255))
    for tile in (32, 64, 256):
        tiled = average_moments(pixels, small.shallow_features, tile, 4, 8)
        np.testing.assert_allclose(tiled, whole, rtol=1e-4, atol=1e-6)


def test_a_file_is_restored_and_recorded(identity, photo, tmp_path):
    source, target = tmp_path / "a.png", tmp_path / "deep" / "er" / "b.png"
    Image.fromarray(photo).save(source)
    record = restore_file(identity, str(source), str(target))
    assert np.array_equal(Image.open(target), photo)
    assert (record.source, record.target) == (source, target)
    assert (record.weather, record.width, record.height) == ("haze", 60, 44)
    assert record.probability == pytest.approx(0.6)
    assert record.seconds > 0


def test_memory_that_is_short_halves_the_tiles(identity, rng, tmp_path):
    """Rows that the first attempt wrote over are read again."""
    pixels = rng.integers(0, 256, (500, 300, 3), dtype="uint8")
    Image.fromarray(pixels).save(tmp_path / "a.png")
    restore_tiles = identity.restore_tiles
    first, second = tile_sizes(identity, "auto", 500, 300)[:2]

    def short_of_memory(tiles, routing, strength):
        if tiles.shape[1] > second and len(identity.shapes) == 5:
            raise RuntimeError("RESOURCE_EXHAUSTED: Out of memory")
        return restore_tiles(tiles, routing, strength)

    identity.restore_tiles = short_of_memory
    record = restore_file(identity, tmp_path / "a.png", tmp_path / "b.png")
    assert record.tile == second == first // 2
    assert np.array_equal(Image.open(tmp_path / "b.png"), pixels)
    with pytest.raises(RuntimeError):
        identity.shapes.clear()
        restore_file(identity, tmp_path / "a.png", tmp_path / "c.png", tile=200)
    assert not (tmp_path / "c.png").exists()


def test_a_16_bit_file_passes_exactly(identity, deep, tmp_path):
    write_image(tmp_path / "a.tif", deep)
    restore_file(identity, tmp_path / "a.tif", tmp_path / "b.tif")
    assert np.array_equal(read_image(tmp_path / "b.tif").pixels, deep)


def test_a_target_that_cannot_be_is_found_before_the_work(
    identity, photo, tmp_path
):
    Image.fromarray(photo).convert("RGBA").save(tmp_path / "a.png")
    with pytest.raises(ImageError, match="no transparency"):
        restore_file(identity, tmp_path / "a.png", tmp_path / "a.jpg")
    assert identity.shapes == []
