"""Restoration without learning, to tell what a network is worth.

Each method is called with a float32 image `(height, width, 3)` in [0, 1] and
returns one of the same shape.
"""

import numpy as np

from keras_muirf.libvips import pyvips


class Identity:
    """The input as it is."""

    name = "input"

    def __call__(self, image):
        return image


class MedianFilter:
    """Median over a square of pixels, for streaks, flakes and drops.

    Args:
        size: Odd integer, the side of the square. Defaults to `3`.
    """

    name = "median filter"

    def __init__(self, size=3):
        self.size = size

    def __call__(self, image):
        return _ranked(image, self.size, self.size**2 // 2)


class DarkChannelPrior:
    """Haze removal by the dark channel, with a guided filter.

    In a clear photograph some channel is nearly black somewhere in every
    neighbourhood; how bright it is instead tells the haze. The scattering
    model `I = J t + A (1 - t)` is then solved for J.

    Args:
        patch: Odd integer, the side of the neighbourhood. Defaults to `15`.
        kept_haze: Float, the share of haze left in for depth's sake.
            Defaults to `0.05`.
        least_transmission: Float. Defaults to `0.1`.
        radius: Integer, of the guided filter. Defaults to `60`.
        epsilon: Float, of the guided filter. Defaults to `1e-3`.

    References:

    - He, Sun and Tang, "Single image haze removal using dark channel prior",
      IEEE TPAMI 2011: equations 5, 12, 22 and section 4.4.
    - He, Sun and Tang, "Guided image filtering", IEEE TPAMI 2013.
    """

    name = "dark channel prior"

    def __init__(
        self,
        patch=15,
        kept_haze: float = 0.05,
        least_transmission: float = 0.1,
        radius: int = 60,
        epsilon: float = 1e-3,
    ):
        self.patch = patch
        self.kept_haze = kept_haze
        self.least_transmission = least_transmission
        self.radius = radius
        self.epsilon = epsilon

    def __call__(self, image):
        light = self._atmospheric_light(image)
        haze = self._dark_channel(image / light)
        transmission = 1 - (1 - self.kept_haze) * haze
        transmission = guided_filter(
            image.mean(axis=-1), transmission, self.radius, self.epsilon
        )
        transmission = np.maximum(transmission, self.least_transmission)
        return (image - light) / transmission[..., None] + light

    def _dark_channel(self, image):
        darkest = image.min(axis=-1, keepdims=True)
        return _ranked(darkest, self.patch, 0)[..., 0]

    def _atmospheric_light(self, image):
        """The brightest of the haziest thousandth of all pixels."""
        dark = self._dark_channel(image).ravel()
        pixels = image.reshape(-1, 3)
        haziest = np.argsort(dark)[-max(dark.size // 1000, 1) :]
        brightest = haziest[np.argmax(pixels[haziest].sum(axis=-1))]
        # A black image has no haze; nothing may be divided by nothing.
        return np.maximum(pixels[brightest], 1e-3)


def guided_filter(guide, image, radius, epsilon):
    """Smooths an image within the edges of another.

    Args:
        guide: float array `(height, width)`.
        image: float array of the same shape.
        radius: Integer, of the square window.
        epsilon: Float. Variance of the guide below which all is smoothed.

    Returns:
        An array of the same shape.
    """
    mean_guide, mean_image = (_box(x, radius) for x in (guide, image))
    covariance = _box(guide * image, radius) - mean_guide * mean_image
    variance = _box(guide * guide, radius) - mean_guide**2
    slope = covariance / (variance + epsilon)
    offset = mean_image - slope * mean_guide
    return _box(slope, radius) * guide + _box(offset, radius)


def classical_method(weather):
    """The method for a weather, in the order of `keras_muirf.WEATHERS`."""
    return DarkChannelPrior() if weather == "haze" else MedianFilter()


def _ranked(image, size, index):
    """The value of rank `index` in the square around every pixel."""
    image = pyvips.Image.new_from_array(np.ascontiguousarray(image))
    height, width = image.height, image.width
    ranked = image.rank(size, size, index).numpy()
    return ranked.reshape(height, width, -1)


def _box(image, radius):
    """Means over squares, cut off at the borders."""
    image = image.astype("float64")
    for axis in (0, 1):
        length = image.shape[axis]
        places = np.arange(length)
        low = np.maximum(places - radius, 0)
        high = np.minimum(places + radius + 1, length)
        sums = np.cumsum(image, axis=axis)
        sums = np.concatenate(
            [np.zeros_like(np.take(sums, [0], axis)), sums], axis=axis
        )
        count = (high - low).reshape((-1, 1) if axis == 0 else (1, -1))
        image = (np.take(sums, high, axis) - np.take(sums, low, axis)) / count
    return image
