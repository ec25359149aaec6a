"""What papers' test code does to the values of a result before it measures.

Each function takes a float array, the network's output without clipping, and
returns a float64 array in units of [0, 1].
"""

import numpy as np


def rounded(image):
    """Clipped and rounded to 8 bits: the picture that a user gets."""
    return np.rint(clipped(image) * 255) / 255


def clipped(image):
    """Clipped to [0, 1], not rounded."""
    return np.clip(np.asarray(image, "float64"), 0, 1)


def unclipped(image):
    """As the network gives it."""
    return np.asarray(image, "float64")
