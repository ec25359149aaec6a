from pathlib import Path
from typing import NamedTuple

from keras_muirf.restoration.image_error import ImageError


class ImageFormat(NamedTuple):
    """What a file format can hold.

    Args:
        name: string. The name people know it by.
        bits: int. The most bits per channel that it stores.
        alpha: bool. Whether it stores transparency.
        loader: string. What libvips calls the reader of this format.
    """

    name: str
    bits: int
    alpha: bool
    loader: str


JPEG = ImageFormat("JPEG", 8, False, "jpegload")
PNG = ImageFormat("PNG", 16, True, "pngload")
WEBP = ImageFormat("WebP", 8, True, "webpload")
TIFF = ImageFormat("TIFF", 16, True, "tiffload")
AVIF = ImageFormat("AVIF", 12, True, "heifload")

_BY_SUFFIX = {
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".png": PNG,
    ".webp": WEBP,
    ".tif": TIFF,
    ".tiff": TIFF,
    ".avif": AVIF,
}

SUFFIXES = frozenset(_BY_SUFFIX)
"""The file name suffixes of images, in lower case."""


def is_image_name(path):
    """Whether a file's name ends like an image's, in any case."""
    return Path(path).suffix.lower() in SUFFIXES


def format_by_name(path):
    """The format that a file's name asks for.

    Args:
        path: string or `Path`.

    Returns:
        An `ImageFormat`.

    Raises:
        ImageError: the suffix is none of `SUFFIXES`.
    """
    path = Path(path)
    try:
        return _BY_SUFFIX[path.suffix.lower()]
    except KeyError:
        raise ImageError(
            f"{path}: files ending in '{path.suffix}' cannot be written; use "
            f"one of {', '.join(sorted(SUFFIXES))}."
        ) from None


def format_by_loader(loader):
    """The format that a libvips loader reads, or `None`."""
    for known in (JPEG, PNG, WEBP, TIFF, AVIF):
        if loader.startswith(known.loader):
            return known
    return None
