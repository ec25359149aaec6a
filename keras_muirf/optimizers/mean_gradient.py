import keras
from keras import ops

from keras_muirf.optimizers.gramian_rule import GramianRule


@keras.saving.register_keras_serializable(package="keras_muirf")
class MeanGradient(GramianRule):
    """The mean of the tasks' gradients: the ordinary step.

    `w_k = 1 / K`. The wrapped optimizer does what it would do with the whole
    batch, which makes this the baseline of all rules.

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(keras_muirf.optimizers.MeanGradient("adam"), loss="mae")
    ```
    """

    def weights(self, gramian):
        return ops.full(gramian.shape[:2], 1.0 / self.num_tasks, "float32")
