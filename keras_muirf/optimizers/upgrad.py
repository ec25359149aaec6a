import keras
from keras import ops

from keras_muirf.optimizers.dual_cone import MAX_TASKS
from keras_muirf.optimizers.dual_cone import solve_nonnegative
from keras_muirf.optimizers.gramian import cosines
from keras_muirf.optimizers.gramian_rule import GramianRule


@keras.saving.register_keras_serializable(package="keras_muirf")
class UPGrad(GramianRule):
    """Unconflicting projection of gradients.

    Every gradient is projected onto the dual cone
    `{x : <x, g_j> >= 0 for all j}`, the directions that harm no task; the
    projections are averaged. The result conflicts with no task, and a task's
    influence grows with its gradient. The projections are exact
    (`keras_muirf.optimizers.dual_cone`).

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(keras_muirf.optimizers.UPGrad("adam"), loss="mae")
    ```

    Reference: Quinton and Rey, Jacobian Descent for Multi-Objective
    Optimization (2024), section 3.
    """

    max_tasks = MAX_TASKS

    def weights(self, gramian):
        cosine, norm, nonzero = cosines(gramian)
        share = norm * nonzero / self.num_tasks
        v = solve_nonnegative(cosine, cosine)
        return (share + ops.sum(v * share[:, None], axis=2)) / norm * nonzero
