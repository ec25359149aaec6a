import dataclasses
import hashlib

import numpy as np

from keras_muirf.libvips import pyvips

SIDE = 32


@dataclasses.dataclass(frozen=True)
class Picture:
    """What is kept of decoded pixels, so that pictures can be compared.

    Args:
        size: Tuple `(width, height)`, upright, in pixels.
        digest: Bytes that are equal for equal pixels, whatever the file.
        thumbnail: uint8 array `(32, 32)` in grey, the whole picture squeezed,
            or `None` where it is not needed.
    """

    size: tuple
    digest: bytes
    thumbnail: np.ndarray | None = None

    @classmethod
    def of(cls, pixels, thumbnail=False):
        """Takes a picture of pixels.

        Args:
            pixels: uint8 array `(height, width, 3)`.
            thumbnail: Boolean, whether to keep one.

        Returns:
            A `Picture`.
        """
        pixels = np.ascontiguousarray(pixels)
        digest = hashlib.blake2b(str(pixels.shape).encode(), digest_size=16)
        digest.update(pixels)
        height, width = pixels.shape[:2]
        return cls(
            size=(width, height),
            digest=digest.digest(),
            thumbnail=squeeze(pixels) if thumbnail else None,
        )


def squeeze(pixels):
    """The whole picture as a grey square of 32 x 32, antialiased."""
    grey = pyvips.Image.new_from_array(pixels).bandmean()
    square = grey.thumbnail_image(SIDE, height=SIDE, size="force")
    return square.numpy().reshape(SIDE, SIDE)
