import dataclasses
from collections.abc import Callable

import numpy as np

from keras_muirf.evaluation import lumas
from keras_muirf.evaluation import sizes
from keras_muirf.evaluation import values
from keras_muirf.metrics.similarity import box_window
from keras_muirf.metrics.similarity import gaussian_window
from keras_muirf.metrics.similarity import similarity

FIGURES = ("psnr_y", "ssim_y", "psnr_rgb", "ssim_rgb")


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How a restored image is compared with its target.

    Papers agree on the names PSNR and SSIM and on little else. A protocol
    fixes each choice; its string goes with every figure.

    Args:
        name: String.
        headline: `"psnr_y"` or `"psnr_rgb"`, what its paper reports.
        source: String, the code it is taken from.
        size: Function of `keras_muirf.evaluation.sizes`, applied to input
            and target before restoring.
        values: Function of `keras_muirf.evaluation.values`, for PSNR.
        ssim_values: The same for SSIM, or `None` for that of PSNR.
        luma: Function of `keras_muirf.evaluation.lumas`.
        window: Tuple of the kind of SSIM's window and its size.
        sample_covariance: Boolean, for SSIM.
        ssim_range: Float, the difference between black and white in SSIM.
        pooled: Boolean. Average images down to about 256 pixels before SSIM.

    Example:

    ```python
    protocol = keras_muirf.evaluation.PROTOCOLS["native"]
    target = np.random.randint(0, 256, (64, 64, 3), "uint8")
    protocol.measure(target, target / np.float32(255))
    str(protocol)
    ```
    """

    name: str
    headline: str
    source: str
    size: Callable = sizes.native
    values: Callable = values.rounded
    ssim_values: Callable | None = None
    luma: Callable = lumas.studio
    window: tuple = ("gaussian", 11)
    sample_covariance: bool = False
    ssim_range: float = 1.0
    pooled: bool = False

    def measure(self, target, output):
        """Compares one image with its target.

        Args:
            target: uint8 or float array `(height, width, 3)`, floats in
                [0, 1], after `size`.
            output: float array of the same shape, the network's output, not
                clipped.

        Returns:
            A dictionary of `psnr_y`, `ssim_y`, `psnr_rgb` and `ssim_rgb`.

        Raises:
            ValueError: If the shapes differ, the image is smaller than
                SSIM's window or the output is not finite.
        """
        target, output = _image(target), _image(output)
        if target.shape != output.shape:
            raise ValueError(
                "Two images of one size are needed; none is resized silently. "
                f"Received: target of shape {target.shape} and output of shape "
                f"{output.shape}"
            )
        if not np.all(np.isfinite(output)):
            raise ValueError("The restored image has values that are no number")
        images = [self.values(image) for image in (target, output)]
        similar = images
        if self.ssim_values is not None:
            similar = [self.ssim_values(image) for image in (target, output)]
        if self.pooled:
            similar = [average_to_256(image) for image in similar]
        return {
            "psnr_y": _psnr(*map(self.luma, images)),
            "ssim_y": self._ssim(*map(self.luma, similar)),
            "psnr_rgb": _psnr(*images),
            "ssim_rgb": self._ssim(*similar),
        }

    def _ssim(self, target, output):
        kind, size = self.window
        window = {"gaussian": gaussian_window, "box": box_window}[kind](size)
        return similarity(
            target, output, window, self.ssim_range, self.sample_covariance
        )

    @property
    def of_pictures(self):
        """Whether it measures 8-bit pictures rather than raw output."""
        return self.values is values.rounded

    def __str__(self):
        kind, size = self.window
        ssim = self.ssim_values or self.values
        parts = [
            self.name,
            f"size {self.size.__name__}",
            f"values {self.values.__name__}",
            f"Y {self.luma.__name__}",
            "peak 1",
            f"SSIM {kind} {size}"
            f" {'sample' if self.sample_covariance else 'population'}"
            f" range {self.ssim_range:g} values {ssim.__name__}"
            f"{' pooled' if self.pooled else ''}",
            "mean of images",
        ]
        return "; ".join(parts)


def average_to_256(image):
    """Averages pixels so that the shorter side comes near 256 (DehazeFormer).

    As PyTorch's adaptive pooling: cells that share out the pixels evenly.
    """
    height, width = image.shape[:2]
    ratio = max(1, round(min(height, width) / 256))
    for axis, length in enumerate((height, width)):
        count = length // ratio
        starts = np.arange(count) * length // count
        ends = -(-(np.arange(count) + 1) * length // count)
        sums = np.cumsum(image, axis=axis)
        zero = np.zeros_like(np.take(sums, [0], axis=axis))
        sums = np.concatenate([zero, sums], axis=axis)
        total = np.take(sums, ends, axis) - np.take(sums, starts, axis)
        shape = [1, 1, 1]
        shape[axis] = count
        image = total / (ends - starts).reshape(shape)
    return image


def _image(image):
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[-1] != 3 or not image.size:
        raise ValueError(
            "One RGB image (height, width, 3) is needed. Received: an array of "
            f"shape {image.shape}"
        )
    if image.dtype == np.uint8:
        return image / 255.0
    if image.dtype.kind != "f":
        raise ValueError(
            "An image has to be uint8, or float in [0, 1]. Received: "
            f"dtype={image.dtype}"
        )
    return image.astype("float64")


def _psnr(target, output):
    error = np.mean((target - output) ** 2)
    return float("inf") if error == 0 else float(-10.0 * np.log10(error))
