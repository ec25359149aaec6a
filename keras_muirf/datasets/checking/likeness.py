"""Whether two pictures are one: re-saved, resized, under another name."""

import numpy as np

# Chosen on training photographs: re-saving as JPEG and resizing stay well
# within both, different plain regions (skies, walls) well outside the second.
DISTANCE = 6
CORRELATION = 0.9

_WINDOW = 5


def fingerprint(thumbnail):
    """The perceptual hash of a picture.

    Args:
        thumbnail: uint8 array `(32, 32)`.

    Returns:
        An integer of 64 bits; few of them differ between alike pictures.

    Raises:
        ImportError: If ImageHash is not installed.
    """
    import imagehash
    from PIL import Image

    bits = imagehash.phash(Image.fromarray(thumbnail)).hash
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def are_alike(first, second):
    """Compares the detail of two thumbnails.

    Without its local mean a sky is noise: plain pictures are alike only if
    their noise is.

    Args:
        first: uint8 array `(32, 32)`.
        second: The same.

    Returns:
        Boolean.
    """
    first, second = _detail(first), _detail(second)
    norm = np.linalg.norm(first) * np.linalg.norm(second)
    return bool(norm > 0 and (first * second).sum() / norm >= CORRELATION)


def _detail(thumbnail):
    margin = _WINDOW // 2
    padded = np.pad(thumbnail.astype("float64"), margin, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (_WINDOW, _WINDOW)
    )
    detail = thumbnail - windows.mean((2, 3))
    return detail - detail.mean()
