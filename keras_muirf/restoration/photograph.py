"""From photograph to photograph: reading, routing, tiles, writing."""

import time
from pathlib import Path

from keras_muirf.restoration.image_reading import read_image
from keras_muirf.restoration.image_writing import check_writable
from keras_muirf.restoration.image_writing import write_image
from keras_muirf.restoration.restoration_record import RestorationRecord
from keras_muirf.restoration.tiling import average_moments
from keras_muirf.restoration.tiling import restore_tiled
from keras_muirf.restoration.tiling import round_up
from keras_muirf.restoration.tiling import value_range

BLEND = 16


def restore_photograph(
    restorer, pixels, weather="auto", tile=None, batch=1, strength=1.0
):
    """Restores an image of any size in bounded device memory.

    The whole image is routed once, from the average of its tiles' moments;
    then the tiles are restored with that one routing. An image not much
    larger than a tile goes through in one piece.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        pixels: uint8 or uint16 array `(H, W, 3)`.
        weather: `"auto"`, `"mixed"` or one of `restorer.weathers`.
        tile: int, height and width of a tile in pixels; `None` for the
            restorer's `recommended_tile`, 0 for the whole image in one piece.
        batch: int. The most tiles that are with the network at a time.
        strength: float in [0, 1]. How much of the restoration is applied.

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
    multiple = restorer.size_multiple
    check_tile(restorer, tile)
    size = restorer.recommended_tile if tile is None else tile
    height, width = (round_up(n, multiple) for n in pixels.shape[:2])
    # Two overlapping tiles would cost more than a piece a quarter larger.
    if size == 0 or height * width <= 1.25 * size * size:
        size = None
    moments = average_moments(pixels, restorer.shallow_moments, size, multiple)
    routing = restorer.route(moments, weather)
    restored = restore_tiled(
        pixels,
        lambda tiles: restorer.restore_tiles(tiles, routing, strength=strength),
        tile=size,
        halo=restorer.halo,
        multiple=multiple,
        batch=batch,
        blend=BLEND,
    )
    return restored, restorer.class_probabilities(routing)[0]


def check_tile(restorer, tile):
    """Checks that tiles of a size leave room within their context.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        tile: int, `None` or 0, as in `restore_photograph`.

    Raises:
        ValueError: the tile is too small.
    """
    least = 2 * restorer.halo + BLEND + restorer.size_multiple
    if tile and tile < least:
        raise ValueError(
            f"Tiles of this preset must be at least {least} pixels, or 0 for "
            f"the whole image in one piece. Received: tile={tile}"
        )


def restore_file(
    restorer,
    source,
    target,
    weather="auto",
    tile=None,
    batch=1,
    strength=1.0,
):
    """Restores one image file into another.

    Depth, transparency, greyness and metadata stay; see `read_image` and
    `write_image`.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        source: string or `Path`. The file to read.
        target: string or `Path`. The file to write; its suffix names the
            format.
        weather: as in `restore_photograph`.
        tile: as in `restore_photograph`.
        batch: as in `restore_photograph`.
        strength: as in `restore_photograph`.

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
    image = read_image(source)
    # Before the network's work, which would be in vain.
    check_writable(target, image)
    restored, posterior = restore_photograph(
        restorer, image.pixels, weather, tile, batch, strength
    )
    write_image(target, restored, like=image)
    seen = int(posterior.argmax())
    height, width = image.pixels.shape[:2]
    return RestorationRecord(
        source=Path(source),
        target=Path(target),
        weather=restorer.classes[seen],
        probability=float(posterior[seen]),
        width=width,
        height=height,
        seconds=time.perf_counter() - started,
    )
