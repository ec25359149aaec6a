"""Images as users have them, and back to the same kind."""

import numpy as np
from keras import ops

from keras_muirf.models.muirf_image_converter import INTEGER_RANGES


def as_float_batch(images):
    """Checks images and brings them to a float32 batch in [0, 1].

    Returns:
        The batch `(B, H, W, 3)`, and whether it was a single image.

    Raises:
        ValueError: If shape, dtype or range are not those of images.
    """
    images = ops.convert_to_numpy(images)
    if images.ndim not in (3, 4) or images.shape[-1] != 3 or not images.size:
        raise ValueError(
            "`images` must be one RGB image of shape (height, width, 3) or a "
            "batch (batch, height, width, 3), channels last. "
            f"Received: shape={images.shape}"
        )
    if images.dtype.name in INTEGER_RANGES:
        batch = images / np.float32(INTEGER_RANGES[images.dtype.name])
    elif "float" in images.dtype.name:
        batch = images
        if not (np.min(batch) >= 0 and np.max(batch) <= 1):
            raise ValueError(
                "Float images must be in [0, 1], without NaN. Divide 8-bit "
                "values by 255, or pass them as uint8. Received: values from "
                f"{np.min(batch)} to {np.max(batch)}"
            )
    else:
        raise ValueError(
            "`images` must be uint8, uint16 or float in [0, 1]. "
            f"Received: dtype={images.dtype}"
        )
    batch = batch.astype("float32")
    return (batch[None], True) if images.ndim == 3 else (batch, False)


def like_input(restored, images):
    """Rounds a float32 batch to the dtype that the images came in."""
    dtype = ops.convert_to_numpy(images).dtype
    if dtype.name in INTEGER_RANGES:
        restored = np.rint(restored * INTEGER_RANGES[dtype.name])
    return restored.astype(dtype)
