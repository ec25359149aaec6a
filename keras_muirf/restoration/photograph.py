"""From photograph to photograph: reading, routing, tiles, writing."""

import time
from pathlib import Path

from keras_muirf.restoration.image_encoding import ImageEncoding
from keras_muirf.restoration.image_reading import read_image
from keras_muirf.restoration.image_writing import check_writable
from keras_muirf.restoration.image_writing import write_image
from keras_muirf.restoration.restoration_record import RestorationRecord
from keras_muirf.restoration.tile_size import BLEND
from keras_muirf.restoration.tile_size import tile_sizes
from keras_muirf.restoration.tile_size import with_smaller_tiles
from keras_muirf.restoration.tiling import average_moments
from keras_muirf.restoration.tiling import restore_tiled
from keras_muirf.restoration.tiling import value_range


def restore_photograph(
    restorer,
    pixels,
    weather="auto",
    tile="auto",
    batch: int = 1,
    strength: float = 1.0,
    progress=None,
):
    """Restores an image of any size in bounded device memory.

    The whole image is routed once; then its tiles are restored with that one
    routing. An image not much larger than a tile goes through in one piece.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        pixels: uint8 or uint16 array `(H, W, 3)`.
        weather: `"auto"`, `"mixed"` or one of `restorer.weathers`.
        tile: int, height and width of a tile in pixels; 0 for the whole image
            in one piece; `"auto"` for tiles as large as is useful and as the
            free memory allows, and smaller ones if it runs out all the same.
        batch: int. The most tiles that are with the network at a time.
        strength: float in [0, 1]. How much of the restoration is applied.
        progress: function, called after every row of tiles with the rows of
            pixels that are done and that of all. What it raises ends the
            work.

    Returns:
        The restored image, of the type and shape of `pixels`, and the
        probability of each of `restorer.classes`.

    Raises:
        ValueError: the image is not of this kind, the weather is unknown, the
            tile too small for the network, or the strength not in [0, 1].

    Example:

    ```python
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    pixels = np.random.randint(0, 256, (1000, 1500, 3), "uint8")
    restored, posterior = keras_muirf.restoration.restore_photograph(
        restorer, pixels
    )
    ```
    """
    value_range(pixels)

    def attempt(size):
        return _restore_in_tiles(
            restorer, pixels, weather, size, batch, strength, progress
        )

    sizes = tile_sizes(restorer, tile, *pixels.shape[:2])
    return with_smaller_tiles(attempt, sizes)[0]


def route_photograph(restorer, pixels, weather="auto", tile="auto"):
    """Routes an image of any size in bounded device memory.

    Args:
        restorer: as in `restore_photograph`.
        pixels: as in `restore_photograph`.
        weather: as in `restore_photograph`.
        tile: as in `restore_photograph`.

    Returns:
        A dict, as of `restorer.route`, of one row.

    Raises:
        ValueError: as `restore_photograph`.

    Example:

    ```python
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    pixels = np.random.randint(0, 256, (1000, 1500, 3), "uint8")
    routing = keras_muirf.restoration.route_photograph(restorer, pixels)
    restorer.class_probabilities(routing)[0]
    ```
    """
    value_range(pixels)
    sizes = tile_sizes(restorer, tile, *pixels.shape[:2])
    return with_smaller_tiles(
        lambda size: _route_in_tiles(restorer, pixels, weather, size), sizes
    )[0]


def _route_in_tiles(restorer, pixels, weather, size):
    moments = average_moments(
        pixels,
        restorer.shallow_features,
        size or max(pixels.shape),
        restorer.size_multiple,
        restorer.shallow_stride,
    )
    return restorer.route(moments, weather)


def _restore_in_tiles(
    restorer, pixels, weather, size, batch, strength, progress, out=None
):
    """`restore_photograph` with tiles of one size, 0 for a single piece."""
    routing = _route_in_tiles(restorer, pixels, weather, size)
    restored = restore_tiled(
        pixels,
        lambda tiles: restorer.restore_tiles(tiles, routing, strength=strength),
        tile=size or None,
        halo=restorer.halo,
        multiple=restorer.size_multiple,
        batch=batch,
        blend=BLEND,
        out=out,
        progress=progress,
    )
    return restored, restorer.class_probabilities(routing)[0]


def restore_file(
    restorer,
    source,
    target,
    weather="auto",
    tile="auto",
    batch=1,
    strength=1.0,
    encoding=None,
    progress=None,
):
    """Restores one image file into another.

    Depth, transparency, greyness and metadata stay; see `read_image` and
    `write_image`. No more than the image and a row of its tiles is in memory,
    once each.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        source: string or `Path`. The file to read.
        target: string or `Path`. The file to write; its suffix names the
            format.
        weather: as in `restore_photograph`.
        tile: as in `restore_photograph`.
        batch: as in `restore_photograph`.
        strength: as in `restore_photograph`.
        encoding: `ImageEncoding`, quality and the like of the file; `None`
            for the defaults.
        progress: as in `restore_photograph`.

    Returns:
        A `RestorationRecord`.

    Raises:
        ImageError: the source cannot be read or the target not written.
        ValueError: as `restore_photograph`.

    Example:

    ```python
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    record = keras_muirf.restoration.restore_file(
        restorer, "photo.jpg", "restored.jpg"
    )
    record.weather, record.probability
    ```
    """
    started = time.perf_counter()
    encoding = encoding or ImageEncoding()
    image = read_image(source)
    # Before the network's work, which would be in vain.
    check_writable(target, image)
    fresh = True

    def attempt(size):
        nonlocal image, fresh
        if not fresh:
            # The last attempt has written over some of the pixels.
            image = read_image(source)
        fresh = False
        pixels = image.pixels
        return _restore_in_tiles(
            restorer, pixels, weather, size, batch, strength, progress, pixels
        )[1]

    height, width = image.pixels.shape[:2]
    sizes = tile_sizes(restorer, tile, height, width)
    posterior, size = with_smaller_tiles(attempt, sizes)
    write_image(target, image.pixels, like=image, encoding=encoding)
    seen = int(posterior.argmax())
    return RestorationRecord(
        source=Path(source),
        target=Path(target),
        weather=restorer.classes[seen],
        probability=float(posterior[seen]),
        width=width,
        height=height,
        tile=size,
        seconds=time.perf_counter() - started,
    )
