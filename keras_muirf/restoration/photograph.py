"""From photograph to photograph: reading, routing, tiles, writing."""

import time
from pathlib import Path

from keras_muirf.restoration.image_reading import read_image
from keras_muirf.restoration.image_writing import check_writable
from keras_muirf.restoration.image_writing import write_image
from keras_muirf.restoration.restoration_record import RestorationRecord
from keras_muirf.restoration.routed import image_moments
from keras_muirf.restoration.routed import restore_routed
from keras_muirf.restoration.tiling import value_range


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
    moments = image_moments(restorer, pixels, tile)
    routing = restorer.route(moments, weather)
    restored = restore_routed(restorer, pixels, routing, tile, batch, strength)
    return restored, restorer.class_probabilities(routing)[0]


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
