import keras

from keras_muirf.losses.amplitude_spectrum import AmplitudeSpectrum
from keras_muirf.losses.charbonnier import Charbonnier
from keras_muirf.losses.grid_pattern import GridPattern


@keras.saving.register_keras_serializable(package="keras_muirf")
class RestorationLoss(keras.losses.Loss):
    """The sum of what a restored image should be alike in.

    `Charbonnier + amplitude_weight * AmplitudeSpectrum
    + grid_weight * GridPattern`

    Args:
        amplitude_weight: Float, 0 or more; at 0 no spectrum is computed.
            Defaults to `0.1`.
        epsilon: Float above 0, of the Charbonnier term. Defaults to `1e-3`.
        grid_weight: Float, 0 or more; at 0 no pattern is computed. Defaults
            to `4.0`.
        grid_period: Int above 1, of the pattern, in pixels: the restorer's
            `size_multiple`. Defaults to `8`.
        reduction: As in `keras.losses.Loss`; the mean over the batch by
            default.
        name: String.
        dtype: Dtype of the computation. Defaults to `"float32"`.

    Call arguments:
        y_true: Tensor `(batch, height, width, channels)` in [0, 1].
        y_pred: Tensor of the same shape.

    Raises:
        ValueError: If a weight is negative.

    Example:

    ```python
    loss = keras_muirf.losses.RestorationLoss(amplitude_weight=0.2)
    restorer.compile("adam", loss=loss)
    ```
    """

    def __init__(
        self,
        amplitude_weight: float = 0.1,
        epsilon: float = 1e-3,
        grid_weight: float = 4.0,
        grid_period: int = 8,
        reduction="sum_over_batch_size",
        name: str = "restoration_loss",
        dtype="float32",
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        for weight, value in {
            "amplitude_weight": amplitude_weight,
            "grid_weight": grid_weight,
        }.items():
            if not value >= 0:
                raise ValueError(
                    f"`{weight}` has to be 0 or more. "
                    f"Received: {weight}={value}"
                )
        self.amplitude_weight = amplitude_weight
        self.grid_weight = grid_weight
        self.grid_period = grid_period
        self.epsilon = epsilon
        self._pixels = Charbonnier(epsilon)
        self._amplitudes = AmplitudeSpectrum()
        self._grid = GridPattern(grid_period)

    def call(self, y_true, y_pred):
        loss = self._pixels.call(y_true, y_pred)
        if self.amplitude_weight:
            amplitudes = self._amplitudes.call(y_true, y_pred)
            loss = loss + self.amplitude_weight * amplitudes
        if self.grid_weight:
            grid = self._grid.call(y_true, y_pred)
            loss = loss + self.grid_weight * grid
        return loss

    def get_config(self):
        return {
            "amplitude_weight": self.amplitude_weight,
            "grid_weight": self.grid_weight,
            "grid_period": self.grid_period,
            "epsilon": self.epsilon,
            **super().get_config(),
        }
