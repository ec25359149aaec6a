import keras
from keras import ops

from keras_muirf.optimizers.gramian_rule import GramianRule


@keras.saving.register_keras_serializable(package="keras_muirf")
class AlignedMTL(GramianRule):
    """Independent component alignment.

    The matrix of the gradients is replaced by the nearest one whose singular
    values are all equal to its smallest: the principal components of the
    gradients become orthogonal and equally long, and the mean of the aligned
    gradients conflicts with none of them. With `G = V diag(l) V'` over the
    eigenvalues that are not zero,

        w = sqrt(min l) V diag(1 / sqrt(l)) V' 1 / K

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(keras_muirf.optimizers.AlignedMTL("adam"), loss="mae")
    ```

    Reference: Senushkin et al., Independent Component Alignment for
    Multi-Task Learning (CVPR 2023), algorithm 1.
    """

    def weights(self, gramian):
        K = self.num_tasks
        size = ops.max(
            ops.diagonal(gramian, axis1=1, axis2=2), axis=1, keepdims=True
        )
        size = ops.where(size > 0.0, size, 1.0)
        values, vectors = ops.linalg.eigh(gramian / size[..., None])
        largest = ops.max(values, axis=1, keepdims=True)
        kept = values > largest * K * 1.2e-7  # the precision of float32
        smallest = ops.min(ops.where(kept, values, 1e30), axis=1, keepdims=True)
        root = ops.sqrt(smallest / ops.where(kept, values, 1.0))
        root = ops.where(kept, root, 0.0)
        mean = ops.sum(vectors, axis=1) / K  # V' 1 / K
        w = ops.sum(vectors * (root * mean)[:, None], axis=2)
        return ops.where(largest > 0.0, w, 0.0)
