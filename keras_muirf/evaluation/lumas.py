"""What papers' test code takes for the luminance of an image.

Each function takes a float64 image `(height, width, 3)` in [0, 1] and returns
one `(height, width, 1)`.
"""

import numpy as np

from keras_muirf.metrics.luma import LUMA_OFFSET
from keras_muirf.metrics.luma import LUMA_WEIGHTS

FULL_RANGE_WEIGHTS = (0.299, 0.587, 0.114)


def studio(image):
    """BT.601 in the studio range 16 to 235, as in BasicSR."""
    return (image @ np.array(LUMA_WEIGHTS))[..., None] + LUMA_OFFSET


def studio_rounded(image):
    """The same, rounded to whole numbers as MATLAB's rgb2ycbcr does."""
    # Half away from zero, unlike numpy.
    return np.floor(studio(image) * 255 + 0.5) / 255


def studio_swapped(image):
    """The same with the weights of red and blue swapped (Histoformer)."""
    return studio(image[..., ::-1])


def reshaped(image):
    """Neighbours of one colour plane, weighed as if they were channels.

    TransWeather reads the memory of a (3, H, W) tensor as (H, W, 3) before it
    weighs blue, green and red: three pixels beside each other in one plane.
    """
    planes = np.ascontiguousarray(image.transpose(2, 0, 1))
    pixels = planes.reshape(image.shape)
    return (pixels @ np.array(FULL_RANGE_WEIGHTS[::-1]))[..., None]
