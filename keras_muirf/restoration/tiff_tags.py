"""EXIF in TIFF structures, which libvips does not carry over itself.

A TIFF file is a chain of directories of tags, and an EXIF block is a small
TIFF without a picture. Tags are kept as `(tag, type, count, data)` with `data`
the little-endian bytes, or a list of tags for a directory of its own.

Reference: TIFF 6.0 section 2, BigTIFF, Exif 2.32 sections 4.6.2-4.6.3.
"""

import struct

import numpy as np

_EXIF, _GPS, _INTEROPERABILITY = 34665, 34853, 40965
_DIRECTORIES = {_EXIF, _GPS, _INTEROPERABILITY}
# Of the picture's own directory: names, times, authors, camera, descriptions.
# The rest describes how pixels are stored, which the new file does anew.
_DESCRIPTIVE = {269, 270, 271, 272, 285, 305, 306, 315, 316, 33432, _EXIF, _GPS}
# Width and height as the camera wrote them: wrong once the image is upright.
_STALE = {40962, 40963}
# Bytes per value, and per number in it (a rational is two numbers).
_TYPES = {
    1: (1, 1),
    2: (1, 1),
    3: (2, 2),
    4: (4, 4),
    5: (8, 4),
    6: (1, 1),
    7: (1, 1),
    8: (2, 2),
    9: (4, 4),
    10: (8, 4),
    11: (4, 4),
    12: (8, 8),
}
_LONG = 4
_LONG8 = 16
_LARGEST = 1 << 24
_MOST_TAGS = 4096


class _Layout:
    """How a file lays out its numbers: byte order, 32 or 64 bit offsets."""

    def __init__(self, file):
        file.seek(0)
        head = file.read(16)
        self.order = {b"II": "<", b"MM": ">"}[head[:2]]
        self.big = struct.unpack_from(self.order + "H", head, 2)[0] == 43
        self.count = struct.Struct(self.order + ("Q" if self.big else "H"))
        self.offset = struct.Struct(self.order + ("Q" if self.big else "I"))
        self.entry = struct.Struct(
            self.order + ("HHQ8s" if self.big else "HHI4s")
        )
        self.first_at = 8 if self.big else 4
        self.first = self.offset.unpack_from(head, self.first_at)[0]

    def read_directory(self, file, offset):
        """Returns a directory's raw entries and the place of the next one."""
        file.seek(offset)
        (count,) = self.count.unpack(file.read(self.count.size))
        if count > _MOST_TAGS:
            raise ValueError("More tags than a directory has.")
        raw = file.read(count * self.entry.size)
        entries = list(self.entry.iter_unpack(raw))
        return entries, file.read(self.offset.size)

    def reorder(self, data, kind):
        """Turns values between this file's byte order and little-endian."""
        if self.order == "<":
            return data
        return np.frombuffer(data, f"u{_TYPES[kind][1]}").byteswap().tobytes()


def read_tags(file):
    """Descriptive tags of a TIFF file's first image, or of an EXIF block.

    Args:
        file: binary file, seekable.

    Returns:
        A list of tags. It is empty where the structure is damaged: a photo
        whose tags cannot be read is still a photo.
    """
    try:
        layout = _Layout(file)
        return [
            tag
            for tag in _read(file, layout, layout.first, depth=0)
            if tag[0] in _DESCRIPTIVE
        ]
    except (KeyError, ValueError, OSError, struct.error):
        return []


def _read(file, layout, offset, depth):
    tags = []
    for tag, kind, count, value in layout.read_directory(file, offset)[0]:
        size = count * _TYPES.get(kind, (0, 0))[0]
        if tag in _DIRECTORIES:
            # Bounded, for a damaged file may point in a circle.
            if depth < 2:
                (at,) = struct.unpack(layout.order + "I", value[:4])
                inner = _read(file, layout, at, depth + 1)
                tags.append((tag, _LONG, 1, inner))
        elif tag not in _STALE and 0 < size <= _LARGEST:
            if size > len(value):
                file.seek(layout.offset.unpack(value)[0])
                value = file.read(size)
            if len(value) >= size:
                data = layout.reorder(value[:size], kind)
                tags.append((tag, kind, count, data))
    return tags


def append_tags(file, tags):
    """Adds tags to a TIFF file's first directory, in place.

    The directory is written anew at the end of the file; pixels stay where
    they are. A tag that is already there is replaced.

    Args:
        file: binary file open for reading and writing, seekable.
        tags: list of tags from `read_tags`.
    """
    layout = _Layout(file)
    entries, following = layout.read_directory(file, layout.first)
    merged = {entry[0]: entry for entry in entries}
    for tag in tags:
        merged[tag[0]] = _write_value(file, layout, *tag)
    first = _write_directory(file, layout, merged.values(), following)
    file.seek(layout.first_at)
    file.write(layout.offset.pack(first))


def _write_value(file, layout, tag, kind, count, data):
    if isinstance(data, list):
        inner = [_write_value(file, layout, *child) for child in data]
        none = bytes(layout.offset.size)
        at = _write_directory(file, layout, inner, none)
        kind = _LONG8 if layout.big else _LONG
        value = layout.offset.pack(at)
    else:
        value = layout.reorder(data, kind)
    if len(value) > layout.offset.size:
        value = layout.offset.pack(_append(file, value))
    return (tag, kind, count, value)


def _write_directory(file, layout, entries, following):
    entries = sorted(entries, key=lambda entry: entry[0])
    packed = [layout.entry.pack(*entry) for entry in entries]
    return _append(
        file, layout.count.pack(len(entries)) + b"".join(packed) + following
    )


def _append(file, data):
    """Writes at the end of the file, at an even place as TIFF asks for."""
    at = file.seek(0, 2)
    if at % 2:
        file.write(b"\0")
        at += 1
    file.write(data)
    return at
