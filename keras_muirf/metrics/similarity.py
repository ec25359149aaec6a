"""The mathematics of SSIM, with the settings that papers' code differs in."""

import numpy as np


def gaussian_window(size=11, sigma=1.5):
    """Weights of Wang et al.'s window along one axis; they sum to 1."""
    steps = np.arange(size) - size // 2
    weights = np.exp(-(steps**2) / (2 * sigma**2))
    return weights / weights.sum()


def box_window(size):
    """Equal weights along one axis; they sum to 1."""
    return np.full(size, 1.0 / size)


def similarity(a, b, window, data_range, sample_covariance=False):
    """Mean structural similarity of two images, over all channels.

    Args:
        a: float64 array `(height, width, channels)`.
        b: float64 array of the same shape.
        window: 1-D array, the weights of the local means along each axis.
            Only windows that lie wholly inside the image count.
        data_range: Float, the difference between black and white.
        sample_covariance: Boolean. Divide (co)variances by n - 1 of the
            window's n pixels instead of by n.

    Returns:
        A float, 1 for identical images.

    Raises:
        ValueError: If an image is smaller than the window.

    Reference:

    - Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from
      error visibility to structural similarity", IEEE TIP 2004, equation 13.
    """
    size = len(window)
    if min(a.shape[:2]) < size:
        raise ValueError(
            f"SSIM needs images of at least {size} x {size} pixels. "
            f"Received: an image of {a.shape[0]} x {a.shape[1]}"
        )
    mean_a, mean_b = _smooth(a, window), _smooth(b, window)
    variance_a = _smooth(a * a, window) - mean_a**2
    variance_b = _smooth(b * b, window) - mean_b**2
    covariance = _smooth(a * b, window) - mean_a * mean_b
    if sample_covariance:
        pixels = size * size
        for moment in (variance_a, variance_b, covariance):
            moment *= pixels / (pixels - 1)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2 * mean_a * mean_b + c1) / (mean_a**2 + mean_b**2 + c1)
    structure = (2 * covariance + c2) / (variance_a + variance_b + c2)
    return float(np.mean(luminance * structure))


def _smooth(image, window):
    """Weighted means over all windows that lie inside the image."""
    reach = len(window) - 1
    rows = (image[k : k - reach or None] for k in range(reach + 1))
    image = sum(w * row for w, row in zip(window, rows, strict=True))
    columns = (image[:, k : k - reach or None] for k in range(reach + 1))
    return sum(w * column for w, column in zip(window, columns, strict=True))
