"""Texts in PNG files, of which libvips writes all as if in ASCII.

Reference: PNG specification (third edition), sections 5.3 and 11.3.3.
"""

import struct
import zlib

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
# libvips carries these over itself; some tools hide EXIF and XMP here.
_OF_OTHERS = (b"XML:com.adobe.xmp\0", b"Raw profile type ")
_END = b"IEND"
_LARGEST = 1 << 24


def read_texts(file):
    """The texts of a PNG file; none of a file of another kind.

    Args:
        file: binary file, seekable.

    Returns:
        A list of pairs of bytes: a chunk's type and its content.
    """
    texts, room = [], _LARGEST
    file.seek(0)
    if file.read(8) != _SIGNATURE:
        return texts
    while len(head := file.read(8)) == 8:
        size, name = struct.unpack(">I4s", head)
        if name == _END:
            break
        if name in _TEXTS and size <= room:
            text = file.read(size)
            file.seek(4, 1)
            room -= size
            if len(text) == size and not text.startswith(_OF_OTHERS):
                texts.append((name, text))
        else:
            file.seek(size + 4, 1)
    return texts


def append_texts(file, texts):
    """Adds texts to a PNG file that was just written.

    Args:
        file: binary file, seekable, that ends with the last chunk.
        texts: list from `read_texts`.
    """
    file.seek(-12, 2)
    for name, text in texts:
        file.write(_chunk(name, text))
    file.write(_chunk(_END, b""))


def _chunk(name, content):
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )
