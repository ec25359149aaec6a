from PIL import Image
from PIL import ImageCms

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>kept</x:xmpmeta>"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def camera_exif(orientation=6):
    """What a camera tells of a photograph, a position among it."""
    exif = Image.Exif()
    exif[0x010F] = "Maker (of things)"
    exif[0x0112] = orientation
    exif.get_ifd(0x8769).update({0x9003: "2020:02:03 04:05:06", 0x829D: 2.8})
    exif.get_ifd(0x8825).update({1: "N", 2: (1.0, 2.0, 3.5)})
    # Pillow leaves a directory out of TIFF files unless its tag is set too.
    exif[0x8769] = exif[0x8825] = 0
    return exif
