"""The resolution of JPEG files without EXIF, which libvips leaves out.

Reference: JPEG File Interchange Format 1.02, page 5.
"""

import struct

from keras_muirf.libvips import pyvips

_START = b"\xff\xd8"
_PER_MILLIMETRE = {"in": (1, 25.4), "cm": (2, 10.0)}


def with_density(file, image):
    """A target for libvips that begins the JPEG file with its density.

    Args:
        file: binary file, written from its beginning.
        image: `pyvips.Image` that will be written.

    Returns:
        A `pyvips.Target`.
    """
    segment = _segment(image)
    begun = False

    def write(data):
        nonlocal begun
        data = bytes(data)
        if not begun:
            begun = True
            file.write(_START + segment + data.removeprefix(_START))
        else:
            file.write(data)
        return len(data)

    target = pyvips.TargetCustom()
    target.on_write(write)
    return target


def _segment(image):
    unit, factor = _PER_MILLIMETRE.get(image.get("resolution-unit"), (1, 25.4))
    density = (
        min(max(round(x * factor), 1), 65535) for x in (image.xres, image.yres)
    )
    return b"\xff\xe0" + struct.pack(
        ">H5sHBHHBB", 16, b"JFIF\0", 0x0101, unit, *density, 0, 0
    )
