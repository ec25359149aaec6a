import keras
from keras import ops

from keras_muirf import task_axis


@keras.saving.register_keras_serializable(package="keras_muirf")
class SharedLayerNormalization(keras.layers.LayerNormalization):
    """`keras.layers.LayerNormalization` whose weights all tasks share.

    It does what its base does, over the last axis. In training, one backward
    pass gives the gradients of all tasks (`keras_muirf.task_axis`).

    Args:
        epsilon: float. Added to the variance.
        **kwargs: Arguments of `keras.layers.Layer`.

    Example:

    ```python
    x = keras.random.normal((2, 16, 16, 8))
    keras_muirf.layers.SharedLayerNormalization()(x).shape  # (2, 16, 16, 8)
    ```
    """

    def __init__(self, epsilon: float = 1e-6, **kwargs):
        super().__init__(epsilon=epsilon, **kwargs)

    def call(self, inputs):
        if not any(map(task_axis.has_copies, (self.gamma, self.beta))):
            return super().call(inputs)
        y = self._standardize_in_float32(inputs)
        y = y * task_axis.spread(self.gamma, y)
        y = y + task_axis.spread(self.beta, y)
        return ops.cast(y, self.compute_dtype)

    def standardize(self, inputs):
        """The normalization without scale and offset.

        For a layer that puts `gamma` and `beta` into its own kernel.

        Args:
            inputs: float tensor `(..., C)`.

        Returns:
            A float tensor of that shape, with mean 0 and variance 1 over the
            last axis.
        """
        y = self._standardize_in_float32(inputs)
        return ops.cast(y, self.compute_dtype)

    def _standardize_in_float32(self, inputs):
        # As the base does, also where the layer computes in less.
        x = ops.cast(inputs, "float32")
        return ops.layer_normalization(x, axis=-1, epsilon=self.epsilon)
