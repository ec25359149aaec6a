import math

import keras
from keras import ops

from keras_muirf.metrics.luma import comparable
from keras_muirf.metrics.luma import require_color


@keras.saving.register_keras_serializable(package="keras_muirf")
class PSNR(keras.metrics.Mean):
    """Mean over images of their peak signal-to-noise ratio, in decibels.

    `10 log10(max_val^2 / MSE)` for every image by itself, then the mean: the
    convention of image restoration. (The ratio of the error pooled over a
    batch is another, lower number.) Predictions are clipped to the range.
    One identical pair makes the mean infinite, unless there is a `ceiling`.

    Args:
        color: `"rgb"`, or `"y"` for BT.601 luma in the studio range 16 to
            235, not rounded, with the peak still at `max_val`. Defaults to
            `"rgb"`.
        max_val: Float, the value of white. Defaults to `1.0`.
        ceiling: Float or `None`. What an image counts at most, in decibels:
            for a mean that also has images that came back as they were. At 60
            two images are the same in 8 bits. Defaults to `None`.
        name: String. Defaults to `"psnr"` or `"psnr_y"`.
        dtype: Dtype of the running mean. Images are compared in float32.

    Raises:
        ValueError: If the color is unknown or the ceiling not above 0; on
            update, if an input is not a floating-point tensor
            `(batch, height, width, 3)`, the shapes differ or the targets are
            in another range. In a compiled function, which cannot raise,
            another range makes the metric NaN.

    Example:

    ```python
    metric = keras_muirf.metrics.PSNR(color="y")
    target = np.random.uniform(size=(2, 32, 32, 3)).astype("float32")
    metric.update_state(target, 0.9 * target)
    metric.result()
    ```
    """

    def __init__(
        self,
        color="rgb",
        max_val: float = 1.0,
        ceiling: float | None = None,
        name: str | None = None,
        dtype=None,
    ):
        require_color(color)
        if ceiling is not None and ceiling <= 0:
            raise ValueError(
                "`ceiling` must be above 0 decibels. "
                f"Received: ceiling={ceiling}"
            )
        name = name or ("psnr_y" if color == "y" else "psnr")
        super().__init__(name=name, dtype=dtype)
        self.color = color
        self.max_val = max_val
        self.ceiling = ceiling
        self._direction = "up"

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds the images of a batch.

        Args:
            y_true: Floating-point tensor `(batch, height, width, 3)`.
            y_pred: Floating-point tensor of the same shape.
            sample_weight: `None`, or a tensor `(batch,)`.
        """
        y_true, y_pred = comparable(y_true, y_pred, self.color, self.max_val)
        error = ops.mean(ops.square(y_true - y_pred), axis=(1, 2, 3))
        decibels = ops.log(self.max_val**2 / error) * (10 / math.log(10))
        if self.ceiling is not None:
            decibels = ops.minimum(decibels, self.ceiling)
        super().update_state(decibels, sample_weight)

    def get_config(self):
        return {
            "color": self.color,
            "max_val": self.max_val,
            "ceiling": self.ceiling,
            **super().get_config(),
        }
