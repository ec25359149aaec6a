"""Restoring an image of any size in tiles of one size, without seams.

Tiles are cut here, on the host, and only a few are with the network at a
time, so the image's size does not matter to the device. All of an image's
tiles have one shape, which a compiling backend compiles once.
"""

import math

import numpy as np


def restore_tiled(
    image,
    restore_tiles,
    tile: int | None = None,
    halo: int = 0,
    multiple: int = 1,
    batch: int = 1,
    blend: int = 16,
    out=None,
    progress=None,
):
    """Restores an image in overlapping tiles.

    The image is extended below and on the right by reflection to a multiple
    of `multiple`, and tiles start at multiples of it. Where tiles meet, each
    gives up its outer `halo` pixels, which lack context, and the next `blend`
    pixels fade from one to the other along half a cosine. With a `halo` at
    least the network's own, the result is that of the whole image.

    Args:
        image: uint8 or uint16 array `(H, W, 3)`.
        restore_tiles: function from float32 `(N, h, w, 3)` in [0, 1] to the
            same. `N` is the same in every call.
        tile: int, height and width of a tile, rounded up to a multiple of
            `multiple`; an image's smaller side makes a shorter tile. `None`
            for the whole image in one piece.
        halo: int. Pixels at a tile's inner borders that are thrown away.
        multiple: int. What heights and widths must be multiples of.
        batch: int. The most tiles in one call.
        blend: int. Width of the fading in pixels.
        out: array to write the result into, of the type and shape of `image`;
            may be `image` itself. `None` for a new one.
        progress: function, called after every row of tiles with the rows of
            pixels that are done and that of all.

    Returns:
        An array of the type and shape of `image`, rounded and clipped.

    Raises:
        ValueError: the image has another type or shape, or `tile` leaves no
            room within `halo` and `blend`.
        FloatingPointError: the network returned values that are not finite.

    Example:

    ```python
    image = np.random.randint(0, 256, (300, 500, 3), "uint8")
    keras_muirf.restoration.restore_tiled(image, lambda x: x, 128, halo=32)
    ```
    """
    value_range(image)
    height, width = image.shape[:2]
    rows = _Axis(height, tile, halo, multiple, blend)
    columns = _Axis(width, tile, halo, multiple, blend)
    calls = -(-len(columns.starts) // batch)
    batch = -(-len(columns.starts) // calls)
    restored = np.empty_like(image) if out is None else out
    # Rows of the image that a later row of tiles still adds to.
    strip = np.zeros((rows.tile, columns.length, 3), "float32")
    done = 0
    for i, top in enumerate(rows.starts):
        band = image[rows.pixels(top)]
        for first in range(0, len(columns.starts), batch):
            some = columns.starts[first : first + batch]
            # The last call is filled up: a new shape would compile anew.
            filled = np.resize(some, batch)
            tiles = np.stack([band[:, columns.pixels(x)] for x in filled])
            results = restore_tiles(to_unit(tiles))[: len(some)]
            if not np.all(np.isfinite(results)):
                raise FloatingPointError(
                    "The network returned values that are not finite. Use a "
                    "preset in float32."
                )
            for k, (left, result) in enumerate(zip(some, results, strict=True)):
                weights = np.outer(rows.weights[i], columns.weights[first + k])
                part = strip[:, left : left + columns.tile]
                part += weights[..., None] * result
        last = i + 1 == len(rows.starts)
        end = height if last else rows.starts[i + 1]
        ready = strip[: end - done, :width]
        restored[done:end] = from_unit(ready, image.dtype)
        strip[: rows.tile - (end - done)] = strip[end - done :]
        strip[rows.tile - (end - done) :] = 0
        done = end
        if progress:
            progress(done, height)
    return restored


def average_moments(image, features, tile, multiple=1, stride=1):
    """The moments of a whole image's features, which are had in tiles.

    Every tile has `stride` pixels of context, or more, around the part of it
    that is counted, so that the moments are those of the whole image.

    Args:
        image: uint8 or uint16 array `(H, W, 3)`.
        features: function from float32 `(1, h, w, 3)` in [0, 1] to features
            `(1, h / stride, w / stride, C)`.
        tile: int, as in `restore_tiled`.
        multiple: int, as in `restore_tiled`.
        stride: int. Pixels for each feature.

    Returns:
        A float32 array `(1, 2 C)`: the means of the features and of their
        squares.
    """
    rows = _Axis(image.shape[0], None, 0, multiple, 0)
    columns = _Axis(image.shape[1], None, 0, multiple, 0)
    unit = math.lcm(multiple, stride)
    tile = round_up(tile, unit)
    total, count = 0.0, 0
    for top, height, above in _counted(rows.length, tile, unit):
        band = image[rows.pixels(top, height)]
        inner_rows = slice(above // stride, (above + tile) // stride)
        for left, width, before in _counted(columns.length, tile, unit):
            piece = band[:, columns.pixels(left, width)]
            found = features(to_unit(piece[None]))[0].astype("float64")
            inner = slice(before // stride, (before + tile) // stride)
            found = found[inner_rows, inner]
            total = total + np.concatenate(
                [found.sum((0, 1)), np.square(found).sum((0, 1))]
            )
            count += found.shape[0] * found.shape[1]
    return (total / count).astype("float32")[None]


def _counted(length, tile, context):
    """Pieces with context around tiles: start, size, and where the tile is.

    All but those of a short side have one size, for each is compiled.
    """
    size = min(tile + 2 * context, length)
    last = (length - size) // context * context
    for start in range(0, length, tile):
        begin = min(max(start - context, 0), last)
        whole = start + tile >= length
        yield begin, length - begin if whole else size, start - begin


def value_range(image):
    """The value of white in an image: its type alone tells.

    Raises:
        ValueError: the array is no uint8 or uint16 image of three channels.
    """
    if image.dtype not in (np.uint8, np.uint16) or (
        image.ndim != 3 or image.shape[2] != 3 or image.size == 0
    ):
        raise ValueError(
            "`image` must be uint8 or uint16 of shape (height, width, 3). "
            f"Received: dtype={image.dtype}, shape={image.shape}"
        )
    return np.iinfo(image.dtype).max


def to_unit(values):
    """Integer values as float32 in [0, 1]."""
    return values / np.float32(np.iinfo(values.dtype).max)


def from_unit(values, dtype):
    """Values in [0, 1] as integers, rounded and clipped."""
    top = np.iinfo(dtype).max
    return np.clip(np.rint(values * np.float32(top)), 0, top).astype(dtype)


def round_up(size, multiple):
    """The smallest multiple that is not below `size`."""
    return -(-size // multiple) * multiple


def computed_pixels(height, width, tile, halo, multiple, blend):
    """How many pixels `restore_tiled` has the network compute.

    Args:
        height: int. The image's height in pixels.
        width: int. Its width.
        tile: as in `restore_tiled`.
        halo: as in `restore_tiled`.
        multiple: as in `restore_tiled`.
        blend: as in `restore_tiled`.

    Returns:
        An int, of which `height * width` is what no tiles would take.
    """
    pixels = 1
    for size in (height, width):
        length = round_up(size, multiple)
        side, starts = _lay(length, tile, halo, multiple, blend)
        pixels *= side * len(starts)
    return pixels


def _lay(length, tile, halo, multiple, blend):
    """The size of the tiles along one side, and where they start."""
    if tile is None or round_up(tile, multiple) >= length:
        return length, [0]
    tile = round_up(tile, multiple)
    step = (tile - 2 * halo - blend) // multiple * multiple
    if step < multiple:
        raise ValueError(
            "`tile` must be at least 2 * halo + blend + multiple. "
            f"Received: tile={tile}, halo={halo}, blend={blend}, "
            f"multiple={multiple}"
        )
    last = length - tile
    return tile, [*range(0, last, step), last]


class _Axis:
    """Where tiles lie along one side of an image, and how they fade."""

    def __init__(self, size, tile, halo, multiple, blend):
        self.size = size
        self.length = round_up(size, multiple)
        self.tile, self.starts = _lay(self.length, tile, halo, multiple, blend)
        self.weights = self._weights(halo, blend)

    def pixels(self, start, count=None):
        """Indices of image pixels under a tile, reflected beyond the end."""
        stop = min(start + (count or self.tile), self.length)
        index = np.arange(start, stop) % max(2 * (self.size - 1), 1)
        return np.minimum(index, np.abs(2 * (self.size - 1) - index))

    def _weights(self, halo, blend):
        """Each tile's weights along this axis: they sum to 1 everywhere."""
        phase = (np.arange(blend) + 0.5) / max(blend, 1)
        fade = 0.5 - 0.5 * np.cos(np.pi * phase)
        rise = np.ones(self.tile)
        if len(self.starts) > 1:
            rise[: halo + blend] = np.concatenate([np.zeros(halo), fade])
        weights = np.ones((len(self.starts), self.tile))
        # The image's own borders lack no context: no fading there.
        weights[1:] *= rise
        weights[:-1] *= rise[::-1]
        total = np.zeros(self.length)
        for start, weight in zip(self.starts, weights, strict=True):
            total[start : start + self.tile] += weight
        for start, weight in zip(self.starts, weights, strict=True):
            weight /= total[start : start + self.tile]
        return weights.astype("float32")
