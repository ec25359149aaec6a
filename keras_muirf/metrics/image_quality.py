import numpy as np

from keras_muirf.metrics.luma import LUMA_OFFSET
from keras_muirf.metrics.luma import LUMA_WEIGHTS
from keras_muirf.metrics.luma import require_color
from keras_muirf.metrics.similarity import gaussian_window
from keras_muirf.metrics.similarity import similarity


def psnr(target, output, color="y"):
    """Peak signal-to-noise ratio of one image, in numpy float64.

    `10 log10(255^2 / MSE)`, with the mean over all pixels and channels.

    Args:
        target: uint8 array `(height, width, 3)`, RGB.
        output: uint8 array of the same shape.
        color: `"y"` (BT.601 luma in the studio range 16 to 235, not rounded)
            or `"rgb"`. Defaults to `"y"`.

    Returns:
        A float in decibels; `inf` for identical images.

    Raises:
        ValueError: If an array is not such an image or the shapes differ.

    Example:

    ```python
    target = np.zeros((16, 16, 3), "uint8")
    output = np.full((16, 16, 3), 10, "uint8")
    keras_muirf.metrics.image_quality.psnr(target, output, color="rgb")  # 28.13
    ```
    """
    target, output = _planes(target, output, color)
    error = np.mean((target - output) ** 2)
    if error == 0:
        return float("inf")
    return float(10.0 * np.log10(255.0**2 / error))


def ssim(target, output, color="y"):
    """Structural similarity of one image, in numpy float64.

    Gaussian window of 11 x 11 pixels with standard deviation 1.5, constants
    0.01 and 0.03, population covariance, windows that lie wholly inside the
    image; for `"rgb"` the mean of the three channels.

    Args:
        target: uint8 array `(height, width, 3)`, RGB, both sides at least
            11 pixels.
        output: uint8 array of the same shape.
        color: `"y"` (BT.601 luma in the studio range 16 to 235, not rounded)
            or `"rgb"`. Defaults to `"y"`.

    Returns:
        A float, 1 for identical images.

    Raises:
        ValueError: If an array is not such an image, an image is smaller
            than the window or the shapes differ.

    Example:

    ```python
    target = np.random.randint(0, 256, (32, 32, 3), "uint8")
    keras_muirf.metrics.image_quality.ssim(target, target)  # 1.0
    ```

    Reference:

    - Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from
      error visibility to structural similarity", IEEE TIP 2004.
    """
    target, output = _planes(target, output, color)
    return similarity(target, output, gaussian_window(), 255.0)


def _planes(target, output, color):
    """Checks both images; returns float64 `(height, width, channels)`."""
    require_color(color)
    images = []
    for name, image in (("target", target), ("output", output)):
        image = np.asarray(image)
        if image.dtype != np.uint8:
            raise ValueError(
                f"`{name}` has to be uint8; round a float image in [0, 1] by "
                "`np.rint(np.clip(image, 0, 1) * 255).astype('uint8')`. "
                f"Received: {name} of dtype {image.dtype}"
            )
        if image.ndim != 3 or image.shape[-1] != 3 or not image.size:
            raise ValueError(
                f"`{name}` has to be one RGB image (height, width, 3). "
                f"Received: {name} of shape {image.shape}"
            )
        images.append(image.astype("float64"))
    if images[0].shape != images[1].shape:
        raise ValueError(
            "Two images of one size are needed; none is resized silently. "
            f"Received: target of shape {images[0].shape} and output of "
            f"shape {images[1].shape}"
        )
    if color == "y":
        weights, offset = np.array(LUMA_WEIGHTS), LUMA_OFFSET * 255.0
        images = [(image @ weights)[..., None] + offset for image in images]
    return images
