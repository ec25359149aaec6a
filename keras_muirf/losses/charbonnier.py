import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_muirf")
class Charbonnier(keras.losses.Loss):
    """A smooth mean absolute error: `sqrt((y - x)^2 + epsilon^2)`.

    Quadratic for errors well below `epsilon`, absolute above it. Computed in
    float32 whatever the model computes in, one value per image.

    Args:
        epsilon: Float above 0, in units of the images. Defaults to `1e-3`.
        reduction: As in `keras.losses.Loss`; the mean over the batch by
            default.
        name: String.
        dtype: Dtype of the computation. Defaults to `"float32"`.

    Call arguments:
        y_true: Tensor `(batch, height, width, channels)` in [0, 1].
        y_pred: Tensor of the same shape.

    Raises:
        ValueError: If `epsilon` is not positive.

    Example:

    ```python
    model.compile("adam", loss=keras_muirf.losses.Charbonnier())
    ```

    Reference:

    - Charbonnier, Blanc-Feraud, Aubert and Barlaud, "Two deterministic
      half-quadratic regularization algorithms for computed imaging",
      ICIP 1994.
    """

    def __init__(
        self,
        epsilon: float = 1e-3,
        reduction="sum_over_batch_size",
        name: str = "charbonnier",
        dtype="float32",
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)
        if not epsilon > 0:
            raise ValueError(
                f"`epsilon` has to be above 0. Received: epsilon={epsilon}"
            )
        self.epsilon = epsilon

    def call(self, y_true, y_pred):
        squared = ops.square(y_pred - y_true) + self.epsilon**2
        return ops.mean(ops.sqrt(squared), axis=(1, 2, 3))

    def get_config(self):
        return {"epsilon": self.epsilon, **super().get_config()}
