import keras
from keras import ops

from keras_muirf.optimizers.dual_cone import solve_supports
from keras_muirf.optimizers.gramian import cosines
from keras_muirf.optimizers.gramian_rule import GramianRule

# Added to the diagonal of the cosines: dependent gradients have an answer, and
# independent ones keep theirs to this precision.
RIDGE = 1e-6


@keras.saving.register_keras_serializable(package="keras_muirf")
class IMTLG(GramianRule):
    """Impartial multi-task learning, by gradients.

    The combination `sum_k w_k g_k` with `sum_k w_k = 1` whose projections
    onto all gradients are equally long: `w ~ G^-1 |g|`. Weights may be
    negative, and large where the gradients nearly cancel. Zero gradients take
    no part.

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(keras_muirf.optimizers.IMTLG("adam"), loss="mae")
    ```

    Reference: Liu et al., Towards Impartial Multi-task Learning (ICLR 2021),
    section 3.1; with the pseudo-inverse as in Quinton and Rey, Jacobian
    Descent for Multi-Objective Optimization (2024).
    """

    max_tasks = 8

    def weights(self, gramian):
        cosine, norm, nonzero = cosines(gramian)
        K = self.num_tasks
        matrix = (cosine + RIDGE * ops.eye(K, dtype="float32")) / (1.0 + RIDGE)
        solution, _ = solve_supports(matrix, nonzero[..., None])
        # The last subset has all tasks; a zero gradient's row is harmless.
        y = solution[:, -1, :, 0] * nonzero / norm
        total = ops.sum(y, axis=1, keepdims=True)
        usable = ops.abs(total) > 1e-12
        return ops.where(usable, y / ops.where(usable, total, 1.0), 0.0)
