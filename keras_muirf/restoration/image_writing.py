"""Writing photographs whole: depth, metadata, all of the file or none."""

import contextlib
import os
import secrets
from pathlib import Path

import numpy as np

from keras_muirf.libvips import pyvips
from keras_muirf.restoration import image_format
from keras_muirf.restoration.image_encoding import ImageEncoding
from keras_muirf.restoration.image_error import ImageError
from keras_muirf.restoration.image_error import reason
from keras_muirf.restoration.image_format import format_by_name
from keras_muirf.restoration.image_metadata import with_metadata
from keras_muirf.restoration.image_metadata import without_metadata
from keras_muirf.restoration.jfif_density import with_density
from keras_muirf.restoration.loaded_image import LoadedImage
from keras_muirf.restoration.png_texts import append_texts
from keras_muirf.restoration.tiff_tags import append_tags

# Optimal JPEG codes save a few percent, but keep six bytes a pixel in memory.
_OPTIMIZED_PIXELS = 25_000_000


def check_writable(path, like):
    """Checks that a file of this name can hold what an image holds.

    Args:
        path: string or `Path`. The file to be.
        like: `LoadedImage`.

    Raises:
        ImageError: the suffix is unknown, or its format cannot store the
            image's depth or transparency.
    """
    target = format_by_name(path)
    if like.bits > target.bits:
        raise ImageError(
            f"{path}: {target.name} stores at most {target.bits} bits per "
            f"channel and the image has {like.bits}; write PNG or TIFF."
        )
    if like.alpha is not None and not target.alpha:
        raise ImageError(
            f"{path}: {target.name} stores no transparency and the image has "
            "some; write PNG, WebP, TIFF or AVIF."
        )


def write_image(path, pixels, like=None, encoding=None):
    """Writes pixels to a file, with everything else as in `like`.

    The suffix names the format. The file appears complete or not at all: it
    is written under another name in the same folder, then renamed.

    Args:
        path: string or `Path`. Folders are made as needed.
        pixels: uint8 or uint16 array `(H, W, 3)`. Its type is the depth.
        like: `LoadedImage` whose transparency, greyness, depth and metadata
            the file takes, or `None`.
        encoding: `ImageEncoding`, or `None` for its defaults.

    Raises:
        ImageError: the file cannot be written, or its format cannot hold the
            depth or the transparency.
        ValueError: `pixels` is no image, or not of the size of `like`.

    Example:

    ```python
    image = keras_muirf.restoration.read_image("photo.jpg")
    keras_muirf.restoration.write_image("copy.png", image.pixels, like=image)
    ```
    """
    path = Path(path)
    pixels = np.asarray(pixels)
    if pixels.dtype not in (np.uint8, np.uint16) or (
        pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.size == 0
    ):
        raise ValueError(
            "`pixels` must be uint8 or uint16 of shape (height, width, 3). "
            f"Received: dtype={pixels.dtype}, shape={pixels.shape}"
        )
    if like is None:
        bits = 8 * pixels.dtype.itemsize
        like = LoadedImage(path, pixels, None, False, bits, None)
    elif pixels.shape != like.pixels.shape or pixels.dtype != like.pixels.dtype:
        raise ValueError(
            "`pixels` must have the shape and type of `like`. Received: "
            f"{pixels.dtype} {pixels.shape}, like: {like.pixels.dtype} "
            f"{like.pixels.shape}"
        )
    check_writable(path, like)
    encoding = encoding or ImageEncoding()
    if encoding.strip_metadata:
        like = without_metadata(like)
    image = with_metadata(_vips_image(pixels, like), like)
    part = path.parent / f".muirf-{secrets.token_hex(6)}.part"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(part, "x+b") as file:
            _encode(image, file, format_by_name(path), like, encoding)
        os.replace(part, path)
    except pyvips.Error as error:
        raise ImageError(
            f"{path}: the image could not be written ({reason(error)}); "
            "check the free space and the image's size."
        ) from error
    except OSError as error:
        raise ImageError(
            f"{path}: the file could not be written "
            f"({error.strerror or error}); name another place with -o."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _vips_image(pixels, like):
    """Pixels as libvips stores them: grey again, transparency beside."""
    deep = pixels.dtype == np.uint16
    if like.grey:
        pixels, space = _luma(pixels), "grey16" if deep else "b-w"
    else:
        space = "rgb16" if deep else "srgb"
    image = _of_array(pixels, space)
    if like.alpha is not None:
        image = image.bandjoin(_of_array(like.alpha, space))
    return image.copy(interpretation=space)


def _of_array(values, space):
    # A view of the array, no copy of it.
    return pyvips.Image.new_from_array(
        np.ascontiguousarray(values), interpretation=space
    )


def _luma(pixels):
    """Rec. 601 luma in whole numbers: equal channels come back unchanged."""
    weights = np.array([299, 587, 114], dtype="uint32")
    luma = np.empty(pixels.shape[:2], dtype=pixels.dtype)
    # Row by row, for 32 bits a channel are much memory.
    for row, line in zip(luma, pixels, strict=True):
        row[:] = (line @ weights + 500) // 1000
    return luma


def _encode(image, file, target, like, encoding):
    keep = "icc" if encoding.strip_metadata else "exif|xmp|iptc|icc|other"
    if "exif-data" not in like.metadata:
        # libvips would invent an EXIF block.
        keep = keep.removeprefix("exif|")
    quality = encoding.quality or 95
    subsample_mode = "off" if encoding.subsampling == "4:4:4" else "on"
    destination = pyvips.Target.new_to_descriptor(file.fileno())
    if target is image_format.JPEG:
        if "exif" not in keep and "resolution-unit" in like.metadata:
            destination = with_density(file, image)
        image.jpegsave_target(
            destination,
            Q=quality,
            subsample_mode=subsample_mode,
            optimize_coding=image.width * image.height <= _OPTIMIZED_PIXELS,
            keep=keep,
        )
    elif target is image_format.PNG:
        image.pngsave_target(destination, keep=keep)
        if like.texts:
            append_texts(file, like.texts)
    elif target is image_format.WEBP:
        image.webpsave_target(
            destination,
            Q=quality,
            lossless=like.lossless and encoding.quality is None,
            exact=True,
            keep=keep,
        )
    elif target is image_format.TIFF:
        size = image.width * image.height * image.bands
        image.tiffsave_target(
            destination,
            compression="deflate",
            predictor="horizontal",
            bigtiff=size * (2 if image.format == "ushort" else 1) > 2**31,
            keep=keep,
        )
        if like.tags:
            append_tags(file, like.tags)
    else:
        image.heifsave_target(
            destination,
            compression="av1",
            Q=quality,
            subsample_mode=subsample_mode,
            bitdepth=like.bits,
            # The default of 4 takes nine times as long for files 4 % smaller.
            effort=3,
            keep=keep,
        )
