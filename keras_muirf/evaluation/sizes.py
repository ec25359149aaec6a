"""What papers' test code does to the size of both images before it restores.

Each function takes a uint8 image `(height, width, 3)` and returns the image
that is restored or compared, uint8 or float32 in [0, 1].
"""

import numpy as np


def native(image):
    """The image as it is."""
    return image


def crop_to_16(image):
    """Cuts the middle out, a multiple of 16 high and wide (PromptIR)."""
    height, width = _at_least_16(image)
    top, left = height % 16 // 2, width % 16 // 2
    size = (height // 16 * 16, width // 16 * 16)
    return image[top : top + size[0], left : left + size[1]]


def lanczos_to_16(image):
    """At most 1024 long, then up to multiples of 16 (TransWeather).

    Lanczos of Pillow, as there, since resamplers differ.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise ImportError(
            "This protocol resizes images with Pillow, as the paper's code "
            'does: pip install "keras-muirf[datasets]"'
        ) from error
    height, width = image.shape[:2]
    longest = max(height, width)
    if longest > 1024:
        height, width = (-(-n * 1024 // longest) for n in (height, width))
    size = tuple(-(-n // 16) * 16 for n in (width, height))
    resized = Image.fromarray(image).resize(size, Image.Resampling.LANCZOS)
    return np.asarray(resized)


def bilinear_to_16(image):
    """Down to multiples of 16, two pixels averaged by distance (WGWS-Net).

    As PyTorch resizes tensors: centres of pixels half a pixel from the
    border, no smoothing before.
    """
    height, width = (n // 16 * 16 for n in _at_least_16(image))
    image = image.astype("float32") / np.float32(255)
    if image.shape[:2] == (height, width):
        return image
    rows = _interpolation(image.shape[0], height)
    columns = _interpolation(image.shape[1], width)
    image = np.tensordot(rows, image, 1)
    return np.tensordot(columns, image, (1, 1)).transpose(1, 0, 2)


def _at_least_16(image):
    height, width = image.shape[:2]
    if min(height, width) < 16:
        raise ValueError(
            "This protocol needs images of at least 16 x 16 pixels. Received: "
            f"an image of {height} x {width}"
        )
    return height, width


def _interpolation(length, size):
    """The matrix `(size, length)` of linear interpolation along one axis."""
    centers = (np.arange(size) + 0.5) * (length / size) - 0.5
    centers = np.clip(centers, 0, length - 1)
    low = np.minimum(centers.astype(int), length - 2)
    matrix = np.zeros((size, length), "float32")
    matrix[np.arange(size), low] = 1 - (centers - low)
    matrix[np.arange(size), low + 1] = centers - low
    return matrix
