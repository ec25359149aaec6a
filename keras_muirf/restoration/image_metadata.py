"""Metadata of image files: what is kept, and how it goes into a new file."""

import dataclasses
import io
import struct

from keras_muirf.libvips import pyvips
from keras_muirf.restoration import image_format
from keras_muirf.restoration.tiff_tags import append_tags
from keras_muirf.restoration.tiff_tags import read_tags

_KEPT = (
    "exif-",
    "icc-profile-data",
    "image-description",
    "iptc-data",
    "jpeg-comment",
    "photoshop-data",
    "resolution-unit",
    "xmp-data",
)
# The preview and its tags: it shows the photo before it was restored.
_PREVIEW = "exif-ifd1-"


def collect_metadata(image):
    """The fields of a libvips image that belong into a restored file.

    Args:
        image: `pyvips.Image` as it was loaded.

    Returns:
        A dict of pairs of libvips type and value.
    """
    kept = {}
    for name in image.get_fields():
        if not name.startswith(_KEPT) or name.startswith(_PREVIEW):
            continue
        try:
            kept[name] = (image.get_typeof(name), image.get(name))
        except (UnicodeDecodeError, pyvips.Error):
            # A text in no encoding that can be told.
            continue
    if "exif-data" in kept:
        kind, value = kept["exif-data"]
        kept["exif-data"] = (kind, _without_preview(value))
    return kept


def collect_tags(file, image, file_format):
    """TIFF tags of a file, or those that its EXIF would be in a TIFF file.

    Args:
        file: binary file, seekable.
        image: `pyvips.Image` loaded from it.
        file_format: its `ImageFormat`.

    Returns:
        A list of tags, see `read_tags`.
    """
    if file_format is image_format.TIFF:
        return read_tags(file)
    if image.get_typeof("exif-data"):
        return read_tags(io.BytesIO(_block(image.get("exif-data"))))
    return []


def with_metadata(pixels, like):
    """A libvips image of these pixels with another image's metadata.

    Args:
        pixels: `pyvips.Image`.
        like: `LoadedImage`.

    Returns:
        A `pyvips.Image`, its orientation upright.
    """
    xres, yres = like.resolution
    image = pixels.copy(xres=xres, yres=yres)
    for name, (kind, value) in like.metadata.items():
        image.set_type(kind, name, value)
    image.set_type(pyvips.GValue.gint_type, "orientation", 1)
    return image


def without_metadata(image):
    """A loaded image without all that does not tell its colours and size.

    Args:
        image: `LoadedImage`.

    Returns:
        A `LoadedImage` on the same pixels.
    """
    kept = {
        name: field
        for name, field in image.metadata.items()
        if name in ("icc-profile-data", "resolution-unit")
    }
    return dataclasses.replace(image, metadata=kept, tags=[], texts=[])


def exif_of_tags(tags):
    """The libvips EXIF fields that say what TIFF tags say.

    libvips alone can make them, from a picture that carries the block.

    Args:
        tags: list of tags from `read_tags`.

    Returns:
        A dict as from `collect_metadata`; empty where a block of 64 kB does
        not hold the tags.
    """
    block = io.BytesIO(b"II*\0" + struct.pack("<IHI", 8, 0, 0))
    append_tags(block, tags)
    segment = b"Exif\0\0" + block.getvalue()
    if not tags or len(segment) > 65000:
        return {}
    picture = pyvips.Image.black(1, 1).jpegsave_buffer(keep="none")
    marker = b"\xff\xe1" + struct.pack(">H", len(segment) + 2)
    carrier = picture[:2] + marker + segment + picture[2:]
    return collect_metadata(pyvips.Image.new_from_buffer(carrier, ""))


def _block(exif):
    """An EXIF block without the name that JPEG puts before it."""
    return exif.removeprefix(b"Exif\0\0")


def _without_preview(exif):
    """An EXIF block whose first directory is its last."""
    block = bytearray(_block(exif))
    order = {b"II": "<", b"MM": ">"}.get(bytes(block[:2]))
    try:
        (first,) = struct.unpack_from(order + "I", block, 4)
        (count,) = struct.unpack_from(order + "H", block, first)
        struct.pack_into(order + "I", block, first + 2 + 12 * count, 0)
    except (TypeError, struct.error):
        return exif
    return exif[: len(exif) - len(block)] + bytes(block)
