import keras
from keras import ops

from keras_muirf.metrics.luma import comparable
from keras_muirf.metrics.luma import require_color
from keras_muirf.metrics.similarity import gaussian_window

_WINDOW = 11


@keras.saving.register_keras_serializable(package="keras_muirf")
class SSIM(keras.metrics.Mean):
    """Mean over images of their structural similarity.

    The settings of the paper: Gaussian window of 11 x 11 pixels with
    standard deviation 1.5, constants 0.01 and 0.03, population covariance,
    windows that lie wholly inside the image; for `"rgb"` the mean of the
    three channels. Predictions are clipped to the range.

    Args:
        color: `"rgb"`, or `"y"` for BT.601 luma in the studio range 16 to
            235, not rounded. Defaults to `"rgb"`.
        max_val: Float, the value of white. Defaults to `1.0`.
        name: String. Defaults to `"ssim"` or `"ssim_y"`.
        dtype: Dtype of the running mean. Images are compared in float32.

    Raises:
        ValueError: If the color is unknown; on update, if an input is not a
            floating-point tensor `(batch, height, width, 3)` with sides of
            at least 11 pixels, the shapes differ or the targets are in
            another range. In a compiled function, which cannot raise,
            another range makes the metric NaN.

    Example:

    ```python
    metric = keras_muirf.metrics.SSIM(color="y")
    target = np.random.uniform(size=(2, 32, 32, 3)).astype("float32")
    metric.update_state(target, 0.9 * target)
    metric.result()
    ```

    Reference:

    - Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from
      error visibility to structural similarity", IEEE TIP 2004.
    """

    def __init__(
        self,
        color="rgb",
        max_val: float = 1.0,
        name: str | None = None,
        dtype=None,
    ):
        require_color(color)
        name = name or ("ssim_y" if color == "y" else "ssim")
        super().__init__(name=name, dtype=dtype)
        self.color = color
        self.max_val = max_val
        self._direction = "up"

    def update_state(self, y_true, y_pred, sample_weight=None):
        """Adds the images of a batch.

        Args:
            y_true: Floating-point tensor `(batch, height, width, 3)`.
            y_pred: Floating-point tensor of the same shape.
            sample_weight: `None`, or a tensor `(batch,)`.
        """
        y_true, y_pred = comparable(y_true, y_pred, self.color, self.max_val)
        if any(n is not None and n < _WINDOW for n in y_true.shape[1:3]):
            raise ValueError(
                f"SSIM needs images of at least {_WINDOW} x {_WINDOW} "
                f"pixels. Received: y_true of shape {tuple(y_true.shape)}"
            )
        similarity = _similarity(y_true, y_pred, self.max_val)
        super().update_state(similarity, sample_weight)

    def get_config(self):
        return {
            "color": self.color,
            "max_val": self.max_val,
            **super().get_config(),
        }


def _similarity(a, b, max_val):
    """SSIM of every pair, `(batch,)`, of float32 images."""
    # A variance is a small difference of large squares. Float32 keeps its
    # digits in bright flat skies only if the brightness is taken off first.
    center = ops.mean(a, axis=(1, 2), keepdims=True)
    a, b = a - center, b - center
    mean_a, mean_b = _smooth(a), _smooth(b)
    variance_a = _smooth(a * a) - mean_a * mean_a
    variance_b = _smooth(b * b) - mean_b * mean_b
    covariance = _smooth(a * b) - mean_a * mean_b
    mean_a, mean_b = mean_a + center, mean_b + center
    c1, c2 = (0.01 * max_val) ** 2, (0.03 * max_val) ** 2
    luminance = (2 * mean_a * mean_b + c1) / (
        mean_a * mean_a + mean_b * mean_b + c1
    )
    structure = (2 * covariance + c2) / (variance_a + variance_b + c2)
    return ops.mean(luminance * structure, axis=(1, 2, 3))


def _smooth(x):
    """Gaussian means over all windows inside the images (B, H, W, C)."""
    # Shifted sums and no convolution: accelerators round the operands of
    # convolutions to fewer digits.
    weights = gaussian_window(_WINDOW)
    reach = _WINDOW - 1
    rows = (x[:, k : (k - reach) or None] for k in range(_WINDOW))
    x = sum(float(w) * row for w, row in zip(weights, rows, strict=True))
    columns = (x[:, :, k : (k - reach) or None] for k in range(_WINDOW))
    return sum(float(w) * c for w, c in zip(weights, columns, strict=True))
