import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_muirf")
class GridPattern(keras.losses.Loss):
    """What the error has in common in all cells of a grid.

    A network that halves the resolution `n` times may leave a pattern that
    repeats every `2^n` pixels: hardly a difference in any pixel, and plain to
    see in a smooth sky. The error `x - y` is averaged over the cells of
    `period x period` pixels. The loss is the mean absolute deviation of this
    one cell from its mean. Details and noise, which differ from cell to cell,
    average out. Computed in float32, one value per image. It is this package's
    own and in no paper of MUIRF.

    Args:
        period: Int above 1. Height and width of a cell in pixels.
            Defaults to `8`.
        reduction: As in `keras.losses.Loss`; the mean over the batch by
            default.
        name: String.
        dtype: Dtype of the computation. Defaults to `"float32"`.

    Call arguments:
        y_true: Tensor `(batch, height, width, channels)` in [0, 1]. Rows and
            columns at the end that fill no cell are left out.
        y_pred: Tensor of the same shape.

    Raises:
        ValueError: If `period` is less than 2.

    Example:

    ```python
    loss = keras_muirf.losses.GridPattern(period=2)
    smooth = np.full((1, 4, 4, 3), 0.5, "float32")
    rows = 0.1 * (np.arange(4) % 2)[None, :, None, None]
    loss(smooth, smooth + rows)  # 0.05
    ```
    """

    def __init__(
        self,
        period: int = 8,
        reduction="sum_over_batch_size",
        name: str = "grid_pattern",
        dtype="float32",
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if period < 2:
            raise ValueError(
                f"`period` has to be 2 or more. Received: period={period}"
            )
        self.period = period

    def call(self, y_true, y_pred):
        error = y_pred - y_true
        period = self.period
        images, height, width, channels = ops.shape(error)
        rows, columns = height // period, width // period
        cells = ops.reshape(
            error[:, : rows * period, : columns * period],
            (images, rows, period, columns, period, channels),
        )
        # An image smaller than a cell has none, and no pattern.
        count = ops.cast(ops.maximum(rows * columns, 1), error.dtype)
        cell = ops.sum(cells, axis=(1, 3)) / count
        pattern = cell - ops.mean(cell, axis=(1, 2), keepdims=True)
        return ops.mean(ops.abs(pattern), axis=(1, 2, 3))

    def get_config(self):
        return {"period": self.period, **super().get_config()}
