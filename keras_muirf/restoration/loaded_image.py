from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import numpy as np

from keras_muirf.restoration.image_format import ImageFormat


@dataclass
class LoadedImage:
    """An image file's upright pixels and all that goes back into a file.

    Args:
        path: `Path`. Where it was read.
        pixels: uint8 or uint16 array `(H, W, 3)`, red, green and blue in the
            file's own colour space. The type alone tells the range.
        alpha: array `(H, W)` of the same type, or `None`.
        grey: bool. Whether the file holds grey values; `pixels` repeats them.
        bits: int. Bits per channel in the file.
        format: `ImageFormat` of the file, whatever its name says.
        lossless: bool. Whether a WebP file was stored without loss.
        resolution: pair of floats, pixels per millimetre.
        metadata: dict of libvips fields (EXIF, ICC, XMP and the like), each
            a pair of type and value, with the orientation already spent.
        tags: list of TIFF tags, see `read_tags`. Only for a TIFF file.
        texts: list of texts, see `read_texts`. Only for a PNG file.
    """

    path: Path
    pixels: np.ndarray
    alpha: np.ndarray | None
    grey: bool
    bits: int
    format: ImageFormat
    lossless: bool = False
    resolution: tuple = (1.0, 1.0)
    metadata: dict = field(default_factory=dict)
    tags: list = field(default_factory=list)
    texts: list = field(default_factory=list)
