import io
import struct

import numpy as np
import pytest
import pyvips
from PIL import Image

from keras_muirf.restoration.tiff_tags import append_tags
from keras_muirf.restoration.tiff_tags import read_tags


def _tags(order):
    """A TIFF structure with a camera, a time of exposure and a place."""
    short = struct.pack(order + "HHIHH", 0x8822, 3, 1, 2, 0)
    rational = struct.pack(order + "HHII", 0x829A, 5, 1, 100)
    exif = struct.pack(order + "H", 2) + short + rational + bytes(4)
    first = (
        struct.pack(order + "H", 2)
        + struct.pack(order + "HHI4s", 0x010F, 2, 4, b"ABC\0")
        + struct.pack(order + "HHII", 0x8769, 4, 1, 60)
        + bytes(4)
    )
    head = {"<": b"II*\0", ">": b"MM\0*"}[order] + struct.pack(order + "I", 8)
    block = (head + first).ljust(60, b"\0") + exif
    return block.ljust(100, b"\0") + struct.pack(order + "II", 1, 125)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
def test_tags_survive_byte_order_and_offset_size(order, big, rng, tmp_path):
    tags = read_tags(io.BytesIO(_tags(order)))
    assert tags == read_tags(io.BytesIO(_tags("<")))
    pixels = rng.integers(0, 256, (9, 7, 3), dtype="uint8")
    path = tmp_path / "photo.tif"
    pyvips.Image.new_from_array(pixels, interpretation="srgb").tiffsave(
        str(path), bigtiff=big
    )
    with open(path, "r+b") as file:
        append_tags(file, tags)
        again = read_tags(file)
    assert [tag[0] for tag in again] == [0x010F, 0x8769]
    assert again[0] == tags[0]
    assert again[1][3] == sorted(tags[1][3])
    assert np.array_equal(pyvips.Image.new_from_file(str(path)).numpy(), pixels)
    picture = Image.open(path)
    assert picture.getexif()[0x010F] == "ABC"
    if not big:
        assert float(picture.getexif().get_ifd(0x8769)[0x829A]) == 1 / 125


def test_damaged_structures_have_no_tags():
    whole = _tags("<")
    for end in range(len(whole)):
        read_tags(io.BytesIO(whole[:end]))
    assert read_tags(io.BytesIO(b"")) == []
    assert read_tags(io.BytesIO(b"not a tiff at all")) == []
    circle = bytearray(whole)
    struct.pack_into("<I", circle, 8 + 2 + 12 + 8, 8)
    assert [tag[0] for tag in read_tags(io.BytesIO(circle))] == [0x10F, 0x8769]
