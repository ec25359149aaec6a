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
        # In float32 as in the base, also where the layer computes in less.
        y = ops.cast(inputs, "float32")
        gamma = task_axis.spread(self.gamma, y)
        beta = task_axis.spread(self.beta, y)
        y = ops.layer_normalization(y, axis=-1, epsilon=self.epsilon)
        return ops.cast(y * gamma + beta, self.compute_dtype)
