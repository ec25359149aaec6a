import keras
from keras import ops

from keras_muirf.optimizers.gramian import geometric_mean
from keras_muirf.optimizers.gramian import norms
from keras_muirf.optimizers.gramian_rule import GramianRule


@keras.saving.register_keras_serializable(package="keras_muirf")
class NormHomogenization(GramianRule):
    """The mean of the gradients after all have been made equally long.

    `w_k = s / (K |g_k|)` with `s` the geometric mean of the norms: every task
    has the same say, whatever the scale of its loss. Directions stay as they
    are. A zero gradient does not count among the K.

    It is the first step of `keras_muirf.optimizers.MVGH` alone. Its relatives
    learn or derive the lengths: GradNorm (Chen et al., ICML 2018), RotoGrad
    (Javaloy and Valera, ICLR 2022).

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(
        keras_muirf.optimizers.NormHomogenization("adam"), loss="mae"
    )
    ```
    """

    def weights(self, gramian):
        norm, nonzero = norms(gramian)
        count = ops.maximum(ops.sum(nonzero, axis=1, keepdims=True), 1.0)
        return geometric_mean(norm, nonzero) * nonzero / (norm * count)
