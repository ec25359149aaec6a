"""Image files that nobody should have to trust.

`damaged_files` makes any number from a seed; `lying_files` are few and chosen.
"""

import io
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image
from PIL import PngImagePlugin

_EXTREMES = (0, 1, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_PNG = b"\x89PNG\r\n\x1a\n"


def damaged_files(rng, number):
    """Files of all formats with bytes changed, cut off, moved or put in.

    Args:
        rng: `numpy.random.Generator`.
        number: int.

    Yields:
        Tuples of a suffix and the bytes.
    """
    whole = whole_files(rng)
    for _ in range(number):
        suffix, content = whole[rng.integers(len(whole))]
        content = bytearray(content)
        for _ in range(rng.integers(1, 4)):
            damage = _DAMAGES[rng.integers(len(_DAMAGES))]
            content = damage(rng, content) or bytearray(b"\0")
        if suffix == ".png" and rng.random() < 0.7:
            # Else hardly anything would come past the checksums.
            content = _with_checksums(content)
        yield suffix, bytes(content)


def whole_files(rng):
    """Files as they should be, one of each kind that the formats have.

    Returns:
        A list of tuples of a suffix and the bytes.
    """
    pixels = rng.integers(0, 256, (19, 23, 3), dtype="uint8")
    deep = rng.integers(0, 65536, (19, 23, 3), dtype="uint16")
    photo = Image.fromarray(pixels)
    exif = photo.getexif()
    exif[0x0112] = 6
    exif[0x010E] = "A street in the rain"
    exif.get_ifd(0x8769)[0x927C] = bytes(range(200))
    exif.get_ifd(0x8825)[1] = "N"
    described = {"exif": exif, "icc_profile": _profile()}
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", "wet", zip=True)
    texts.add_itxt("Title", "雨", zip=True)

    def saved(suffix, image=photo, **options):
        file = io.BytesIO()
        name = {".jpg": "jpeg", ".tif": "tiff"}.get(suffix, suffix[1:])
        image.save(file, name, **options)
        return suffix, file.getvalue()

    def tiff(values, **options):
        file = io.BytesIO()
        tifffile.imwrite(file, values, **options)
        return ".tif", file.getvalue()

    return [
        saved(".jpg", **described),
        saved(".jpg", progressive=True, comment=b"rain"),
        saved(".jpg", photo.convert("L")),
        saved(".jpg", photo.convert("CMYK")),
        saved(".png", pnginfo=texts, **described),
        saved(".png", photo.convert("P")),
        saved(".png", photo.convert("RGBA")),
        saved(".png", Image.fromarray(deep[..., 0])),
        saved(".webp", **described),
        saved(".webp", photo.convert("RGBA"), lossless=True),
        saved(".tif", compression="tiff_lzw", **described),
        saved(".tif", compression="tiff_adobe_deflate"),
        saved(".tif", compression="jpeg"),
        saved(".tif", photo.convert("1"), compression="group4"),
        tiff(deep, photometric="rgb"),
        tiff(deep, photometric="rgb", bigtiff=True, byteorder=">"),
        tiff(pixels, photometric="rgb", tile=(16, 16)),
        tiff(deep[..., 0].astype("float32")),
        saved(".avif", speed=10, **described),
        saved(".avif", photo.convert("RGBA"), speed=10),
    ]


def lying_files():
    """Files that announce what they do not hold, or hold far too much.

    Returns:
        A dict from name to bytes.
    """
    small = Image.new("RGB", (16, 16), (90, 120, 150))

    def saved(name, **options):
        file = io.BytesIO()
        small.save(file, name, **options)
        return file.getvalue()

    def announcing(size, deflated=b"", depth=8):
        header = struct.pack(">IIBBBBB", *size, depth, 2, 0, 0, 0)
        return _png((b"IHDR", header), (b"IDAT", deflated))

    nothing = _zeros(2**28)
    row = zlib.compress(bytes(49 * 16))
    square = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    jpeg = bytearray(saved("jpeg"))
    frame = jpeg.index(b"\xff\xc0")
    jpeg[frame + 5 : frame + 9] = b"\xff\xff\xff\xff"
    webp = bytearray(saved("webp", exif=b"Exif\0\0II*\0"))
    canvas = webp.index(b"VP8X") + 12
    webp[canvas : canvas + 6] = b"\xff\x3f\0\xff\x3f\0"
    avif = bytearray(saved("avif", speed=10))
    extent = avif.index(b"ispe") + 8
    avif[extent : extent + 8] = b"\x7f\xff\xff\xff" * 2
    return {
        "largest.png": announcing((2**31 - 1, 2**31 - 1), row),
        "line.png": announcing((2**31 - 1, 1), row),
        "column.png": announcing((1, 2**31 - 1), row),
        "no pixels.png": announcing((0, 0), row),
        "more than it holds.png": announcing((16, 17), row),
        "deep.png": announcing((40000, 40000), nothing, depth=16),
        "pixels without end.png": announcing((16, 16), nothing),
        "profile.png": _png(
            (b"IHDR", square),
            (b"iCCP", b"bomb\0\0" + nothing),
            (b"IDAT", row),
        ),
        "text.png": _png(
            (b"IHDR", square),
            *[(b"zTXt", b"bomb\0\0" + nothing)] * 8,
            (b"IDAT", row),
        ),
        "texts.png": _png(
            (b"IHDR", square), *[(b"tEXt", b"a\0b")] * 10**5, (b"IDAT", row)
        ),
        "chunk.png": _PNG + struct.pack(">I4s", 2**31 - 1, b"IHDR"),
        "largest.jpg": bytes(jpeg),
        "scans.jpg": _many_scans(saved("jpeg", progressive=True)),
        "canvas.webp": bytes(webp),
        "extent.avif": bytes(avif),
        "not a number.tif": _tiff(np.full((16, 16, 3), np.nan, "float32")),
        "infinite.tif": _tiff(np.full((16, 16, 3), np.inf, "float64")),
        "circle.tif": _tiff_in_a_circle(),
        "largest.tif": _tiff_of_tags({256: 2**32 - 1, 257: 2**32 - 1}),
        "strips.tif": _tiff_of_tags({279: 2**32 - 1}),
        "elsewhere.tif": _tiff_of_tags({273: 2**32 - 2}),
        "one strip.tif": _tiff_of_tags({278: 0}),
        "drawing.png": b"<svg xmlns='http://www.w3.org/2000/svg' width='9' "
        b"height='9'><image href='file:///etc/passwd'/></svg>",
        "page.jpg": b"<!DOCTYPE html><title>Not found</title>",
        "program.png": b"MZ" + bytes(500),
        "archive.tif": b"PK\x03\x04" + bytes(500),
        "empty.webp": b"",
    }


def _cut(rng, content):
    return content[: rng.integers(len(content) + 1)]


def _flip(rng, content):
    for at in rng.integers(len(content), size=rng.integers(1, 9)):
        content[at] ^= 1 << rng.integers(8)
    return content


def _overwrite(rng, content):
    at = rng.integers(len(content))
    value = _EXTREMES[rng.integers(len(_EXTREMES))]
    layout = ("<I", ">I", "<H", ">H")[rng.integers(4)]
    size = struct.calcsize(layout)
    content[at : at + size] = struct.pack(layout, value & (256**size - 1))
    return content


def _overwrite_head(rng, content):
    """Where the sizes and the kinds are."""
    head = content[:200]
    return _overwrite(rng, head) + content[200:]


def _insert(rng, content):
    at = rng.integers(len(content) + 1)
    return content[:at] + rng.bytes(rng.integers(1, 17)) + content[at:]


def _remove(rng, content):
    at = rng.integers(len(content))
    return content[:at] + content[at + rng.integers(1, 17) :]


def _repeat(rng, content):
    first, last = sorted(rng.integers(len(content) + 1, size=2))
    return content[:last] + content[first:]


def _swap(rng, content):
    a, b, c = sorted(rng.integers(len(content) + 1, size=3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


_DAMAGES = (
    _cut,
    _flip,
    _flip,
    _overwrite,
    _overwrite_head,
    _overwrite_head,
    _insert,
    _remove,
    _repeat,
    _swap,
)


def _profile():
    from PIL import ImageCms

    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _with_checksums(content):
    """A PNG file with checksums that fit, as far as it has chunks."""
    content = bytearray(content)
    at = 8
    while at + 12 <= len(content):
        (size,) = struct.unpack_from(">I", content, at)
        end = at + 8 + size
        if end + 4 > len(content):
            break
        struct.pack_into(">I", content, end, zlib.crc32(content[at + 4 : end]))
        at = end + 4
    return content


def _png(*chunks):
    return _PNG + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in (*chunks, (b"IEND", b""))
    )


def _zeros(size):
    """So many zero bytes, deflated to a thousandth."""
    deflate = zlib.compressobj(9)
    pieces = [deflate.compress(bytes(2**20)) for _ in range(size // 2**20)]
    return b"".join(pieces) + deflate.flush()


def _many_scans(jpeg):
    """A progressive JPEG whose last scan comes ten thousand times."""
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * 10**4 + jpeg[-2:]


def _tiff(values):
    file = io.BytesIO()
    tifffile.imwrite(file, values, photometric="rgb")
    return file.getvalue()


def _tiff_of_tags(changed):
    """A TIFF file of 16x16 pixels, some of whose tags have other values."""
    content = bytearray(_tiff(np.zeros((16, 16, 3), "uint8")))
    (first,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, first)
    for at in range(first + 2, first + 2 + 12 * count, 12):
        (tag,) = struct.unpack_from("<H", content, at)
        if tag in changed:
            struct.pack_into("<HII", content, at + 2, 4, 1, changed[tag])
    return bytes(content)


def _tiff_in_a_circle():
    """A TIFF file whose first directory is followed by itself."""
    content = bytearray(_tiff(np.zeros((16, 16, 3), "uint8")))
    (first,) = struct.unpack_from("<I", content, 4)
    (count,) = struct.unpack_from("<H", content, first)
    struct.pack_into("<I", content, first + 2 + 12 * count, first)
    return bytes(content)
