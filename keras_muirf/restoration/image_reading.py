"""Reading photographs whole: every bit, upright, with their metadata."""

import contextlib
import os
import re
import stat
from pathlib import Path

import numpy as np

from keras_muirf.libvips import pyvips
from keras_muirf.restoration import image_format
from keras_muirf.restoration.image_error import ImageError
from keras_muirf.restoration.image_error import reason
from keras_muirf.restoration.image_format import format_by_loader
from keras_muirf.restoration.image_metadata import collect_metadata
from keras_muirf.restoration.image_metadata import collect_tags
from keras_muirf.restoration.image_metadata import exif_of_tags
from keras_muirf.restoration.image_sniffing import is_animation
from keras_muirf.restoration.image_sniffing import is_lossless_webp
from keras_muirf.restoration.loaded_image import LoadedImage
from keras_muirf.restoration.png_texts import read_texts
from keras_muirf.restoration.tile_size import free_memory

_READABLE = "JPEG, PNG, WebP, TIFF or AVIF"
# libvips has readers of much else, some of which follow what a file refers to.
_READERS = ("Jpeg", "Uhdr", "Png", "Webp", "Tiff", "Heif")


def read_image(path):
    """Reads an image file: upright pixels and what belongs to them.

    Palettes are expanded, grey becomes three equal channels, the EXIF
    orientation is applied and the tag spent. Colours stay in the file's own
    space: its ICC profile is carried along, not applied.

    Args:
        path: string or `Path`. A JPEG, PNG, WebP, TIFF or AVIF file.

    Returns:
        A `LoadedImage`.

    Raises:
        ImageError: the file is missing, empty, cut short, damaged, no image,
            or one that has no place here (CMYK, 1 bit, floating point,
            several pages or frames).

    Example:

    ```python
    image = keras_muirf.restoration.read_image("photo.jpg")
    image.pixels.shape, image.pixels.dtype
    ```
    """
    path = Path(path)
    with _opened(path) as (file, image):
        pixels, alpha = _upright_pixels(image)
        file_format = _format(image)
        metadata = collect_metadata(image)
        tags = collect_tags(file, image, file_format)
        if file_format is image_format.TIFF:
            metadata.update(exif_of_tags(tags))
        return LoadedImage(
            path=path,
            pixels=pixels,
            alpha=alpha,
            grey=image.bands < 3,
            bits=_bits(image),
            format=file_format,
            lossless=is_lossless_webp(file),
            resolution=(image.xres, image.yres),
            metadata=metadata,
            tags=tags,
            texts=read_texts(file),
        )


def read_rgb8(path):
    """Reads an image file as 8-bit red, green and blue, upright.

    Transparency is dropped and 16 bits are scaled to 8.

    Args:
        path: string or `Path`.

    Returns:
        A uint8 array `(H, W, 3)`.

    Raises:
        ImageError: as `read_image`.

    Example:

    ```python
    keras_muirf.restoration.read_rgb8("photo.jpg").shape
    ```
    """
    with _opened(Path(path)) as (_, image):
        pixels, _ = _upright_pixels(image)
    if pixels.dtype == np.uint16:
        return ((pixels.astype("uint32") + 128) // 257).astype("uint8")
    return pixels


def examine_image(path):
    """Reads what an image file says of itself, without its pixels.

    Args:
        path: string or `Path`.

    Returns:
        The `ImageFormat`, the height and the width in pixels.

    Raises:
        ImageError: as `read_image`, but for damage beyond the beginning.

    Example:

    ```python
    file_format, height, width = keras_muirf.restoration.examine_image(
        "photo.jpg"
    )
    ```
    """
    with _opened(Path(path)) as (_, image):
        turned = _field(image, "orientation", 1) > 4
        size = (image.height, image.width)
        return _format(image), *(size[::-1] if turned else size)


@contextlib.contextmanager
def _opened(path):
    """Yields the open file and its libvips image, both fit for restoring."""
    try:
        # Without this a pipe would block for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            what = "a folder" if path.is_dir() else "not a regular file"
            raise ImageError(f"{path}: this is {what}; name an image file.")
        file = open(path, "rb")
    except FileNotFoundError:
        raise ImageError(
            f"{path}: there is no such file; check the name."
        ) from None
    except ImageError:
        raise
    except (OSError, ValueError) as error:
        raise ImageError(
            f"{path}: the file cannot be opened "
            f"({getattr(error, 'strerror', None) or error}); check its name "
            "and permissions."
        ) from None
    with file:
        if os.fstat(file.fileno()).st_size == 0:
            raise ImageError(f"{path}: the file is empty; fetch it again.")
        try:
            animation = is_animation(file)
            # A descriptor, because libvips reads options from file names
            # such as "photo[1].jpg".
            image = _load(file)
        except pyvips.Error as error:
            if animation:
                raise _several(path) from None
            raise ImageError(
                f"{path}: this is no {_READABLE} image, or its beginning is "
                "damaged; convert it to one of these or fetch it again."
            ) from error
        if animation:
            raise _several(path)
        _check_restorable(path, image)
        try:
            yield file, image
        except pyvips.Error as error:
            raise ImageError(
                f"{path}: the image is damaged or cut short "
                f"({reason(error)}); fetch it again."
            ) from error


def _load(file):
    def load(operation, *args):
        file.seek(0)
        source = pyvips.Source.new_from_descriptor(file.fileno())
        _check_reader(source)
        # "error" includes a truncated file.
        return operation(source, *args, access="sequential", fail_on="error")

    image = load(pyvips.Image.new_from_source, "")
    if image.get("vips-loader").startswith("uhdrload"):
        # The picture of an Ultra HDR file without its gain map, which would
        # not fit the restored picture.
        image = load(pyvips.Image.jpegload_source)
    return image


def _check_reader(source):
    name = pyvips.vips_lib.vips_foreign_find_load_source(source.pointer)
    if name == pyvips.ffi.NULL or not re.fullmatch(
        rf"VipsForeignLoad({'|'.join(_READERS)})Source",
        pyvips.ffi.string(name).decode(),
    ):
        raise pyvips.Error("No reader for this source.")


def _format(image):
    return format_by_loader(image.get("vips-loader"))


def _field(image, name, default):
    return image.get(name) if image.get_typeof(name) else default


def _bits(image):
    full = 16 if image.format == "ushort" else 8
    if _format(image) is image_format.AVIF:
        return _field(image, "bits-per-sample", full)
    return full


def _several(path):
    return ImageError(
        f"{path}: the file holds several pages or frames; save the one to be "
        "restored as a file of its own."
    )


def _check_restorable(path, image):
    if _field(image, "n-pages", 1) > 1:
        raise _several(path)
    if image.interpretation == "cmyk":
        raise ImageError(
            f"{path}: the image holds CMYK colours; convert it to RGB."
        )
    if _field(image, "bits-per-sample", 8) == 1 and not _field(
        image, "palette", 0
    ):
        raise ImageError(
            f"{path}: the image is black and white with 1 bit per pixel; "
            "convert it to 8 bits."
        )
    if image.format not in ("uchar", "ushort"):
        raise ImageError(
            f"{path}: the image holds values of type {image.format}; convert "
            "it to 8 or 16 bits per channel."
        )
    colours = image.bands - image.hasalpha()
    known = image.interpretation in ("b-w", "grey16", "srgb", "rgb16", "rgb")
    if colours not in (1, 3) or not known:
        raise ImageError(
            f"{path}: the image has {image.bands} channels of kind "
            f"{image.interpretation}; convert it to grey or RGB."
        )
    # What the first bytes of a file announce may be anything.
    size = image.width * image.height * (3 + image.hasalpha())
    size *= 2 if image.format == "ushort" else 1
    if size > free_memory():
        raise ImageError(
            f"{path}: the image announces {image.width}x{image.height} "
            f"pixels, {size / 1e9:.1f} GB, and {free_memory() / 1e9:.1f} GB of "
            "memory are free; restore parts of it."
        )


def _upright_pixels(image):
    """Decodes: pixels `(H, W, 3)` and transparency `(H, W)` or `None`."""
    bits = _bits(image)
    grey = image.bands < 3
    transparent = image.hasalpha()
    if _field(image, "orientation", 1) > 1:
        image = image.copy_memory().autorot()
    values = image.numpy()
    values = values.reshape(image.height, image.width, image.bands)
    if 8 < bits < 16:
        # libvips shifts 10 and 12 bits up to 16, so white would not be white.
        top = 2**bits - 1
        table = np.arange(top + 1, dtype="uint32") * 65535 + top // 2
        table = (table // top).astype("uint16")
        # Row by row, for the indices are as large as the image.
        values = values.copy()
        for row in values:
            row[:] = table[row >> (16 - bits)]
    alpha = np.ascontiguousarray(values[..., -1]) if transparent else None
    colours = values[..., :1].repeat(3, axis=-1) if grey else values[..., :3]
    return np.ascontiguousarray(colours), alpha
