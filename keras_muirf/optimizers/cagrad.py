import keras
from keras import ops

from keras_muirf.optimizers.dual_cone import MAX_TASKS
from keras_muirf.optimizers.dual_cone import choose_support
from keras_muirf.optimizers.dual_cone import solve_supports
from keras_muirf.optimizers.gramian import TINY
from keras_muirf.optimizers.gramian import cosines
from keras_muirf.optimizers.gramian_rule import GramianRule


@keras.saving.register_keras_serializable(package="keras_muirf")
class CAGrad(GramianRule):
    """Conflict-averse gradient descent.

    Of all directions within `c |g_0|` of the mean gradient `g_0`, the one
    that serves the worst served task best. With `g_a = sum_k a_k g_k` and `a`
    on the simplex:

        a = argmin <g_a, g_0> + c |g_0| |g_a|
        d = g_0 + c |g_0| g_a / |g_a|

    The minimum is found exactly: on each subset of the tasks it has a closed
    form, and the best of those that lie in the simplex is taken. Where it is
    at `g_a = 0`, no direction serves all tasks and `d` is `g_0`. The subsets
    leave out zero gradients. (TorchJD gives no step at `g_a = 0`.)

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        c: Float in [0, 1). 0 is the mean gradient. Defaults to `0.5`.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(keras_muirf.optimizers.CAGrad("adam", c=0.4), loss="mae")
    ```

    Reference: Liu et al., Conflict-Averse Gradient Descent for Multi-task
    Learning (NeurIPS 2021), algorithm 1.
    """

    max_tasks = MAX_TASKS

    def __init__(self, inner, c: float = 0.5, **kwargs):
        if not 0.0 <= c < 1.0:
            raise ValueError(f"`c` must lie in [0, 1). Received: c={c}")
        super().__init__(inner, **kwargs)
        self.c = c

    def weights(self, gramian):
        K = self.num_tasks
        cosine, norm, nonzero = cosines(gramian)
        # One unit of length for all: the largest norm.
        unit = ops.maximum(ops.max(norm * nonzero, axis=1, keepdims=True), TINY)
        norm = norm / unit
        # In unit vectors: b_k = a_k |g_k|, so that sum_k b_k / |g_k| = 1.
        inverse = nonzero / norm
        mean = norm * nonzero / K
        slope = ops.sum(cosine * mean[:, None], axis=2)  # <u_k, g_0>
        radius = self.c * ops.sqrt(
            ops.maximum(ops.sum(mean * slope, axis=1), 0.0)
        )
        radius = radius[:, None, None, None]

        # On a subset the minimum is C b ~ y / |g| - <u, g_0>.
        v, regular = solve_supports(cosine, ops.stack([inverse, slope], axis=2))
        p, q = v[..., :1], v[..., 1:]
        of_p = inverse[:, None, :, None]
        of_q = slope[:, None, :, None]
        pp = ops.sum(of_p * p, axis=2, keepdims=True)
        pq = ops.sum(of_p * q, axis=2, keepdims=True)
        qq = ops.sum(of_q * q, axis=2, keepdims=True)
        inside = pq * pq - pp * (qq - radius * radius)
        root = ops.sqrt(ops.maximum(inside, TINY))
        y = (pq + root) / ops.maximum(pp, TINY)
        b = (y * p - q) / root

        # The smallest value of those that lie in the simplex.
        lies = ops.min(b * of_p, axis=2, keepdims=True) > -1e-6
        lies = ops.logical_and(lies, ops.logical_and(regular, inside > TINY))
        lies = ops.logical_and(lies, pp > 0.0)
        length = self._length(cosine[:, None], b)
        value = ops.sum(of_q * b, axis=2, keepdims=True) + radius * length
        value = ops.where(
            ops.logical_and(lies, ops.isfinite(value)), value, 1e30
        )
        b = choose_support(b, value)
        length = self._length(cosine, b)
        # At the minimum no task is served worse than those of its subset.
        served = slope[..., None] + radius[:, 0] * ops.matmul(
            cosine, b
        ) / ops.maximum(length, TINY)
        worst = ops.min(
            ops.where(nonzero[..., None] > 0.0, served * norm[..., None], 1e30),
            axis=1,
            keepdims=True,
        )
        served = ops.logical_and(
            worst > ops.min(value, axis=1) - 1e-4, length > 1e-6
        )
        gain = radius[:, 0] / ops.where(served, length, 1.0)
        b = ops.where(served, gain * b, 0.0)[..., 0]
        return 1.0 / K + b * inverse

    @staticmethod
    def _length(cosine, b):
        """`|sum_k b_k u_k|`, `(..., 1, 1)`."""
        product = ops.sum(cosine * ops.swapaxes(b, -1, -2), axis=-1)
        square = ops.sum(product[..., None] * b, axis=-2, keepdims=True)
        return ops.sqrt(ops.maximum(square, 0.0))

    def get_config(self):
        return {**super().get_config(), "c": self.c}
