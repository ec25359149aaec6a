"""How large the tiles of an image are, and smaller ones where memory lacks."""

import math
from pathlib import Path

import psutil

from keras_muirf.restoration.tiling import computed_pixels

BLEND = 16
# Of the largest tile, this share of the pixels is kept: the rest is context
# that neighbours compute again.
_KEPT = 0.8
_SHARE_OF_MEMORY = 0.25
# Tiles come in few sizes, for every new one has to be compiled.
_STEP = 32
_OUT_OF_MEMORY = ("OutOfMemoryError", "ResourceExhaustedError")
_OUT_OF_MEMORY_WORDS = (
    "allocate memory",
    "not enough memory",
    "out of memory",
    "resource_exhausted",
)


def check_tile(restorer, tile):
    """Checks that tiles of a size leave room within their context.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        tile: int or `"auto"`, as in `restore_photograph`.

    Raises:
        ValueError: the tile is too small, or neither.
    """
    if tile in ("auto", 0):
        return
    least = least_tile(restorer)
    if not isinstance(tile, int) or tile < least:
        raise ValueError(
            f"Tiles of this preset must be at least {least} pixels, 0 for the "
            'whole image in one piece, or "auto". '
            f"Received: tile={tile!r}"
        )


def least_tile(restorer):
    """The smallest tile that leaves room within its context, in pixels."""
    return 2 * restorer.halo + BLEND + restorer.size_multiple


def largest_tile(restorer, free=None):
    """The largest tile that `"auto"` takes, in pixels.

    So large that four fifths of it are kept, but so small that it takes at most
    a quarter of the free memory by the restorer's own estimate.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        free: int. Bytes of free memory; `None` to ask the system.

    Returns:
        An int.
    """
    free = free_memory() if free is None else free
    fitting = math.sqrt(_SHARE_OF_MEMORY * free / restorer.memory_per_pixel)
    lost = 2 * restorer.halo + BLEND
    useful = lost / (1 - math.sqrt(_KEPT))
    largest = int(min(fitting, useful)) // _STEP * _STEP
    return max(largest, _least_sensible(restorer))


def tile_sizes(restorer, tile, height, width, free=None):
    """The sizes of tiles to try, the largest first.

    A named size is the only one. With `"auto"`, tiles have that size, from
    half the largest on, with which the image takes the fewest pixels to
    compute: how the last tiles of its rows and columns overlap depends on its
    height and width. Two halvings follow for the case that memory is short all
    the same, as it may be on an accelerator.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        tile: int or `"auto"`, as in `restore_photograph`.
        height: int. The image's height in pixels.
        width: int. Its width.
        free: int. Bytes of free memory; `None` to ask the system.

    Returns:
        A list of ints, of which 0 stands for the image in one piece.
    """
    check_tile(restorer, tile)
    if tile != "auto":
        return [_in_one_piece(tile, height, width)]
    largest = largest_tile(restorer, free)
    least = _least_sensible(restorer)
    size = min(
        range(largest, max(least, largest // 2) - 1, -_STEP)[::-1],
        key=lambda size: _computed(restorer, size, height, width),
    )
    sizes = [_in_one_piece(size, height, width)]
    # One piece is up to a quarter larger than a tile, and may be much smaller.
    area = min(size * size, height * width)
    for smaller in (size // 2, size // 4):
        if least <= smaller and smaller * smaller < area:
            sizes.append(smaller)
    return sizes


def free_memory():
    """Bytes of memory that this process may still take, about."""
    free = psutil.virtual_memory().available
    # A container's limit, of which the system's figures know nothing.
    folder = Path("/sys/fs/cgroup")
    try:
        limit = int((folder / "memory.max").read_text())
        free = min(free, limit - int((folder / "memory.current").read_text()))
    except (OSError, ValueError):
        pass
    return max(free, 0)


def with_smaller_tiles(attempt, sizes):
    """Calls `attempt` with one size after the other until memory suffices.

    Args:
        attempt: function of a size.
        sizes: list from `tile_sizes`.

    Returns:
        What `attempt` returned, and the size.
    """
    for size in sizes[:-1]:
        try:
            return attempt(size), size
        except Exception as error:
            if not is_out_of_memory(error):
                raise
    return attempt(sizes[-1]), sizes[-1]


def is_out_of_memory(error):
    """Whether an error of any backend says that memory is short."""
    words = " ".join(str(error).lower().split())
    return (
        isinstance(error, MemoryError)
        or type(error).__name__ in _OUT_OF_MEMORY
        or any(phrase in words for phrase in _OUT_OF_MEMORY_WORDS)
    )


def _least_sensible(restorer):
    """The smallest tile that `"auto"` takes."""
    more = max(restorer.halo, restorer.size_multiple)
    return 2 * restorer.halo + BLEND + more


def _computed(restorer, size, height, width):
    if not _in_one_piece(size, height, width):
        return height * width
    return computed_pixels(
        height, width, size, restorer.halo, restorer.size_multiple, BLEND
    )


def _in_one_piece(size, height, width):
    # Two overlapping tiles would cost more than a piece a quarter larger.
    return 0 if height * width <= 1.25 * size * size else size
