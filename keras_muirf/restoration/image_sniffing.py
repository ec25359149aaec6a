"""What libvips does not say about a file, from the file's first bytes."""

import struct


def is_animation(file):
    """Whether a PNG or AVIF file announces several frames.

    Other formats say so to libvips.

    Args:
        file: binary file, seekable.
    """
    file.seek(0)
    head = file.read(12)
    if head[4:12] == b"ftypavis":
        return True
    if head[:8] != b"\x89PNG\r\n\x1a\n":
        return False
    return any(name == b"acTL" for name in _chunks(file, 8, ">I4s", 4))


def is_lossless_webp(file):
    """Whether a WebP file holds a losslessly stored picture.

    Args:
        file: binary file, seekable.
    """
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WEBP":
        return False
    return any(name == b"VP8L" for name in _chunks(file, 12, "<4sI", 0))


def _chunks(file, start, layout, trailer):
    """Names of a file's chunks up to the one with the picture."""
    at = start
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return
        name, size = struct.unpack(layout, head)
        if isinstance(name, int):
            name, size = size, name
        yield name
        if name in (b"IDAT", b"VP8 ", b"VP8L"):
            return
        # RIFF fills odd chunks up to even ones; PNG ends each with a checksum.
        at += 8 + size + (trailer or size % 2)
