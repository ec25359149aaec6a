import keras

from keras_muirf.losses.amplitude_spectrum import AmplitudeSpectrum
from keras_muirf.losses.charbonnier import Charbonnier


@keras.saving.register_keras_serializable(package="keras_muirf")
class RestorationLoss(keras.losses.Loss):
    """`Charbonnier + amplitude_weight * AmplitudeSpectrum`.

    Args:
        amplitude_weight: Float, 0 or more; at 0 no spectrum is computed.
            Defaults to `0.1`.
        epsilon: Float above 0, of the Charbonnier term. Defaults to `1e-3`.
        reduction: As in `keras.losses.Loss`; the mean over the batch by
            default.
        name: String.
        dtype: Dtype of the computation. Defaults to `"float32"`.

    Call arguments:
        y_true: Tensor `(batch, height, width, channels)` in [0, 1].
        y_pred: Tensor of the same shape.

    Raises:
        ValueError: If `amplitude_weight` is negative.

    Example:

    ```python
    loss = keras_muirf.losses.RestorationLoss(amplitude_weight=0.1)
    model.compile("adam", loss=loss)
    ```
    """

    def __init__(
        self,
        amplitude_weight: float = 0.1,
        epsilon: float = 1e-3,
        reduction="sum_over_batch_size",
        name: str = "restoration_loss",
        dtype="float32",
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if not amplitude_weight >= 0:
            raise ValueError(
                "`amplitude_weight` has to be 0 or more. "
                f"Received: amplitude_weight={amplitude_weight}"
            )
        self.amplitude_weight = amplitude_weight
        self.epsilon = epsilon
        self._pixels = Charbonnier(epsilon)
        self._amplitudes = AmplitudeSpectrum()

    def call(self, y_true, y_pred):
        loss = self._pixels.call(y_true, y_pred)
        if self.amplitude_weight:
            amplitudes = self._amplitudes.call(y_true, y_pred)
            loss = loss + self.amplitude_weight * amplitudes
        return loss

    def get_config(self):
        return {
            "amplitude_weight": self.amplitude_weight,
            "epsilon": self.epsilon,
            **super().get_config(),
        }
