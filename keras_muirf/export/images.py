"""The images on which a file is compared with Keras, and calibrated."""

import keras
import numpy as np

from keras_muirf import weather
from keras_muirf.datasets import CleanFolder
from keras_muirf.export.export_error import ExportError
from keras_muirf.export.export_error import one_line

SIDE = 256
COUNT = 16
LAYERS = (weather.Rain, weather.Snow, weather.Haze, weather.Raindrop)


def drawn_images(shape, seed=0):
    """Smooth pictures with noise on them.

    Args:
        shape: tuple `(B, H, W)`.
        seed: int.

    Returns:
        A float32 array `(B, H, W, 3)` in [0, 1].
    """
    rng = np.random.default_rng(seed)
    batch, height, width = shape
    coarse = rng.uniform(size=(batch, height // 8 + 1, width // 8 + 1, 3))
    smooth = coarse.repeat(8, axis=1).repeat(8, axis=2)[:, :height, :width]
    noisy = smooth + rng.normal(0.0, 0.05, smooth.shape)
    return np.clip(noisy, 0.0, 1.0).astype("float32")


def calibration_images(folder=None):
    """Images of every kind that a network is to see.

    Args:
        folder: path of a folder of photographs, or `None` for drawn scenes
            with synthesized weather.

    Returns:
        A list of float32 arrays `(1, H, W, 3)` in [0, 1].

    Raises:
        ExportError: If the folder has no image that can be read.
    """
    if folder is None:
        images = []
        for number, layer in enumerate(LAYERS):
            scenes = drawn_images((2, SIDE, SIDE), seed=number)
            scenes = layer(seed=number)(scenes)
            images += list(keras.ops.convert_to_numpy(scenes))
        return [image[None] for image in images]
    try:
        source = CleanFolder(folder)
        # Spread over the folder, where images that lie together are alike.
        step = max(1, len(source) // COUNT)
        images = [source[i] for i in range(0, len(source), step)][:COUNT]
    except (OSError, ValueError) as error:
        raise ExportError(
            f"Calibration needs a folder of photographs: {one_line(error)}"
        ) from error
    return [_center(image) for image in images]


def in_dtype(images, dtype):
    """Float images in [0, 1] as a network takes them."""
    if dtype == "uint8":
        return np.rint(images * 255).astype("uint8")
    return images


def _center(image):
    height, width, _ = image.shape
    top, left = max(0, height - SIDE) // 2, max(0, width - SIDE) // 2
    crop = image[top : top + SIDE, left : left + SIDE]
    return (crop / np.float32(255))[None]
