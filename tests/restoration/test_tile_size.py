import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_muirf.restoration.tile_size import free_memory
from keras_muirf.restoration.tile_size import is_out_of_memory
from keras_muirf.restoration.tile_size import largest_tile
from keras_muirf.restoration.tile_size import tile_sizes
from keras_muirf.restoration.tile_size import with_smaller_tiles
from keras_muirf.restoration.tiling import computed_pixels


class Restorer:
    size_multiple = 8
    halo = 47
    memory_per_pixel = 2048


GB = 2**30
LARGE = (10000, 10000)


def test_four_fifths_of_a_tile_are_kept_where_memory_allows():
    size = largest_tile(Restorer, free=64 * GB)
    kept = (size - 2 * Restorer.halo - 16) ** 2 / size**2
    assert kept == pytest.approx(0.8, abs=0.01)


@pytest.mark.parametrize("free", [0.5, 1, 2])
def test_a_quarter_of_the_memory_is_taken(free):
    size = largest_tile(Restorer, free=int(free * GB))
    assert size % 32 == 0
    assert size**2 * Restorer.memory_per_pixel <= free * GB / 4
    assert (size + 32) ** 2 * Restorer.memory_per_pixel > free * GB / 4


@given(st.integers(1, 5000), st.integers(1, 5000), st.sampled_from([1, 4, 64]))
@settings(deadline=None)
def test_an_image_takes_the_fewest_pixels_to_compute(height, width, free):
    size = tile_sizes(Restorer, "auto", height, width, free=free * GB)[0]
    largest = largest_tile(Restorer, free=free * GB)
    if height * width <= 1.25 * largest**2:
        assert size == 0
        return
    tiled = {"halo": 47, "multiple": 8, "blend": 16}
    counted = computed_pixels(height, width, size, **tiled)
    for other in range(largest, largest // 2, -32):
        assert counted <= computed_pixels(height, width, other, **tiled)


def test_halvings_follow_while_they_are_sensible():
    size, *smaller = tile_sizes(Restorer, "auto", *LARGE, free=64 * GB)
    assert smaller == [size // 2, size // 4]
    size, *smaller = tile_sizes(Restorer, "auto", *LARGE, free=GB)
    assert size // 4 < 157 <= size // 2
    assert smaller == [size // 2]


def test_with_no_memory_the_least_that_is_sensible():
    (size,) = tile_sizes(Restorer, "auto", *LARGE, free=0)
    assert size == 2 * 47 + 16 + 47


def test_small_images_are_one_piece():
    assert tile_sizes(Restorer, "auto", 80, 100, free=64 * GB) == [0]
    assert tile_sizes(Restorer, "auto", 600, 700, free=64 * GB) == [0, 304]
    assert tile_sizes(Restorer, 512, 500, 600) == [0]


def test_a_named_size_is_the_only_one():
    assert tile_sizes(Restorer, 512, *LARGE) == [512]
    assert tile_sizes(Restorer, 0, *LARGE) == [0]


@pytest.mark.parametrize("tile", [8, 117, "all", None, 512.0])
def test_other_sizes_are_refused(tile):
    with pytest.raises(ValueError, match="at least 118 pixels"):
        tile_sizes(Restorer, tile, *LARGE)


def test_smaller_sizes_are_tried_for_lack_of_memory_alone():
    tried = []

    def attempt(size):
        tried.append(size)
        if size > 100:
            raise MemoryError
        return "done"

    assert with_smaller_tiles(attempt, [400, 200, 100]) == ("done", 100)
    assert tried == [400, 200, 100]
    with pytest.raises(MemoryError):
        with_smaller_tiles(attempt, [400, 200])
    with pytest.raises(ZeroDivisionError):
        with_smaller_tiles(lambda size: 1 / (size - 400), [400, 200])


@pytest.mark.parametrize(
    "words",
    [
        "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: "
        "can't allocate memory: you tried to allocate 1073741824 bytes.",
        "CUDA out of memory. Tried to allocate 2.00 GiB.",
        "RESOURCE_EXHAUSTED: Out of memory allocating 4294967296 bytes.",
    ],
)
def test_the_words_of_the_backends(words):
    assert is_out_of_memory(RuntimeError(words))
    assert not is_out_of_memory(ValueError("shapes do not match"))


def test_the_free_memory_of_this_machine():
    assert 2**26 < free_memory() < 2**50
