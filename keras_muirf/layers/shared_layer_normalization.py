import functools

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

    def __init__(self, epsilon=1e-6, **kwargs):
        super().__init__(epsilon=epsilon, **kwargs)

    def call(self, inputs):
        if not any(map(task_axis.has_copies, (self.gamma, self.beta))):
            return super().call(inputs)
        # By task and not by broadcasting: PyTorch normalizes, scales and
        # shifts in one pass over the images.
        return task_axis.map_tasks(
            functools.partial(
                ops.layer_normalization, axis=-1, epsilon=self.epsilon
            ),
            ops.cast(inputs, self.compute_dtype),
            # In float32 as in the base, also where the layer computes in less.
            task_axis.stacked(self.gamma, "float32"),
            task_axis.stacked(self.beta, "float32"),
        )
