"""How large the tiles of an image are, and smaller ones where memory lacks."""

import math
from pathlib import Path

import psutil

BLEND = 16
# Of a tile, this share of the pixels is worth its time: the rest is context
# that neighbours compute again.
_USEFUL = 2 / 3
_SHARE_OF_MEMORY = 0.25
_STEP = 64
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


def tile_sizes(restorer, tile, height, width, free=None):
    """The sizes of tiles to try, the largest first.

    A named size is the only one. With `"auto"`, tiles are so large that two
    thirds of each are kept, but take at most a quarter of the free memory by
    the restorer's own estimate; two halvings follow for the case that memory
    is short all the same, as it may be on an accelerator.

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
    lost = 2 * restorer.halo + BLEND
    least = lost + max(restorer.halo, restorer.size_multiple)
    free = free_memory() if free is None else free
    fitting = math.sqrt(_SHARE_OF_MEMORY * free / restorer.memory_per_pixel)
    # In steps, for every new size has to be compiled.
    fitting = int(fitting) // _STEP * _STEP
    useful = lost / (1 - math.sqrt(_USEFUL))
    size = max(int(min(fitting, useful)), least)
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


def _in_one_piece(size, height, width):
    # Two overlapping tiles would cost more than a piece a quarter larger.
    return 0 if height * width <= 1.25 * size * size else size
