import math

import keras
from keras import ops

from keras_muirf.optimizers.dual_cone import MAX_TASKS
from keras_muirf.optimizers.dual_cone import solve_nonnegative
from keras_muirf.optimizers.gramian import TINY
from keras_muirf.optimizers.gramian import cosines
from keras_muirf.optimizers.gramian_rule import GramianRule


@keras.saving.register_keras_serializable(package="keras_muirf")
class MVGH(GramianRule):
    """Meta-vector-guided gradient homogenization, around any optimizer.

    The gradients `g_k` of the tasks are made alike in size and in direction
    before the wrapped optimizer sees them, and a slow meta vector says which
    tasks the shared weights have been neglecting. For each group of
    parameters:

    1. Size. `n_k <- bn n_k + (1 - bn) |g_k|^2`, bias-corrected;
       `sigma_k = sqrt(n_k)`, `s` the geometric mean of `sigma` over the tasks,
       `u_k = g_k / (sigma_k^gamma s^(1 - gamma))`.
    2. Guidance. `h_k = <u_k, m>`; `H_k <- bh H_k + (1 - bh) h_k`,
       bias-corrected; `b = mean_k H_k`,
       `e_k = (H_k - b) / max(b, rms(H) / 10, 1e-6)`,
       `pi_k ~ p_k exp(-alpha clip(e_k, -1, 1))`.
    3. Direction. `v_k` is the projection of `u_k` onto the dual cone
       `{x : <x, u_j> >= 0 for all j}`; `q = sum_k pi_k v_k`.
    4. Length. `l = sqrt(sum_kj pi_k pi_j max(<u_k, u_j>, 0))`,
       `d = s clip(l / |q|, 1, max_gain) q`.
    5. Memory. `m <- b m + (1 - b) sum_k pi_k u_k`.

    `d` conflicts with no task: `<d, g_k> >= 0`. What only one task touches,
    gradients that are not finite, and a single task:
    `keras_muirf.optimizers.GramianRule`.

    The abstract of the paper names meta-vector guidance and homogenization;
    the equations are this package's interpretation.

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        preference: List of `num_tasks` positive floats, `p`. `None` prefers no
            task. Defaults to `None`.
        alpha: Float, how strongly the meta vector guides. 0 switches guidance
            off. Defaults to `1.0`.
        size_exponent: Float, `gamma`. 1 makes the tasks equal in size, 0 keeps
            their sizes. Defaults to `1.0`.
        beta_meta: Float in [0, 1), `b`. Defaults to `0.95`.
        beta_alignment: Float in [0, 1), `bh`. Defaults to `0.99`.
        beta_norm: Float in [0, 1), `bn`. 0 uses each step's own norms.
            Defaults to `0.9`.
        max_gain: Float, at least 1: how far a step that conflict has shortened
            is lengthened again. Defaults to `50.0`.
        projection: `"each"` projects every task's gradient, `"mean"` their
            weighted mean. Defaults to `"each"`.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(
        keras_muirf.optimizers.MVGH(keras.optimizers.AdamW(1e-3)),
        loss="mae",
    )
    ```
    """

    max_tasks = MAX_TASKS

    def __init__(
        self,
        inner,
        preference=None,
        alpha: float = 1.0,
        size_exponent: float = 1.0,
        beta_meta: float = 0.95,
        beta_alignment: float = 0.99,
        beta_norm: float = 0.9,
        max_gain: float = 50.0,
        projection="each",
        **kwargs,
    ):
        betas = (beta_meta, beta_alignment, beta_norm)
        if not all(0.0 <= beta < 1.0 for beta in betas):
            raise ValueError(
                "`beta_meta`, `beta_alignment` and `beta_norm` must lie in "
                f"[0, 1). Received: {betas}"
            )
        if max_gain < 1.0:
            raise ValueError(
                f"`max_gain` must be at least 1. Received: max_gain={max_gain}"
            )
        if projection not in ("each", "mean"):
            raise ValueError(
                '`projection` must be "each" or "mean". '
                f"Received: projection={projection}"
            )
        if preference is not None:
            preference = [float(p) for p in preference]
            if min(preference) <= 0.0:
                raise ValueError(
                    "`preference` must be a list of positive numbers. "
                    f"Received: preference={preference}"
                )
        super().__init__(inner, **kwargs)
        self.preference = preference
        self.alpha = alpha
        self.size_exponent = size_exponent
        self.beta_meta = beta_meta
        self.beta_alignment = beta_alignment
        self.beta_norm = beta_norm
        self.max_gain = max_gain
        self.projection = projection

    def build(self, variables):
        super().build(variables)
        K = self.num_tasks
        if self.preference is not None and len(self.preference) != K:
            raise ValueError(
                f"`preference` must have one entry for each of the {K} tasks. "
                f"Received: preference={self.preference}"
            )
        state = (len(self._spans), K)
        self._meta_vector = self.add_state("meta_vector", (sum(self._sizes),))
        self._squared_norms = self.add_state("squared_norms", state)
        self._norm_steps = self.add_state("norm_steps", state)
        self._alignments = self.add_state("alignments", state)
        self._alignment_steps = self.add_state("alignment_steps", state)

    def combine_shared(self, blocks, gramian, countable):
        m = self._meta_vector.value
        metas = [m[i:j] for i, j in self._spans]
        alignment = ops.stack(
            [
                ops.matmul(x, ops.expand_dims(y, 1))[:, 0]
                for x, y in zip(blocks, metas, strict=True)
            ]
        )
        to_direction, to_meta, moved = self._weigh(gramian, alignment)
        self.assign(self.last_weights, to_direction)
        # Both at once: the gradients are read a single time.
        weights = ops.stack([to_direction, to_meta], axis=1)
        mixed = [ops.matmul(weights[i], x) for i, x in enumerate(blocks)]
        metas = [
            y + (1.0 - self.beta_meta) * moved[i] * (mixed[i][1] - y)
            for i, y in enumerate(metas)
        ]
        self.assign(
            self._meta_vector,
            metas[0] if len(metas) == 1 else ops.concatenate(metas),
        )
        return [x[0] for x in mixed]

    def _weigh(self, gramian, alignment):
        """The K x K part of the rule, for all groups at once.

        Args:
            gramian: `(groups, K, K)`, the inner products `<g_k, g_j>`.
            alignment: `(groups, K)`, the inner products `<g_k, m>`.

        Returns:
            The coefficients of `g_k` in the direction and in the meta vector's
            increment, `(groups, K)` each, and `(groups,)` ones where the meta
            vector moves, zeros elsewhere.
        """
        square = ops.diagonal(gramian, axis1=1, axis2=2)
        cosine, norm, a = cosines(gramian)
        active = a > 0.0

        # 1. Size
        # Before the assignment below: some backends assign in place.
        guided = ops.any(self._norm_steps.value > 0.0, axis=1, keepdims=True)
        steps = self._norm_steps.value + a
        seen = steps > 0.0
        n = self._average(self._squared_norms, square, active, self.beta_norm)
        log_sigma = 0.5 * ops.log(
            ops.where(seen, n / _debias(self.beta_norm, steps, seen), 1.0)
        )
        log_s = ops.sum(log_sigma, axis=1, keepdims=True) / ops.maximum(
            ops.sum(ops.cast(seen, "float32"), axis=1, keepdims=True), 1.0
        )
        gamma = self.size_exponent
        scale = ops.exp(gamma * log_sigma + (1.0 - gamma) * log_s)
        self.assign(self._norm_steps, steps)

        # 2. Guidance
        aligned = ops.logical_and(active, guided)
        steps = self._alignment_steps.value + ops.cast(aligned, "float32")
        known = steps > 0.0  # H stays 0 where it is not
        H = self._average(
            self._alignments, alignment / scale, aligned, self.beta_alignment
        )
        H = ops.where(
            known, H / _debias(self.beta_alignment, steps, known), 0.0
        )
        count = ops.maximum(
            ops.sum(ops.cast(known, "float32"), axis=1, keepdims=True), 1.0
        )
        b = ops.sum(H, axis=1, keepdims=True) / count
        rms = ops.sqrt(ops.sum(H * H, axis=1, keepdims=True) / count)
        e = (H - b) / ops.maximum(ops.maximum(b, 0.1 * rms), 1e-6)
        e = ops.where(known, e, 0.0)
        self.assign(self._alignment_steps, steps)
        pi = a * ops.exp(-self.alpha * ops.clip(e, -1.0, 1.0))
        if self.preference is not None:
            pi = pi * ops.convert_to_tensor(self.preference, "float32")
        pi = pi / ops.maximum(ops.sum(pi, axis=1, keepdims=True), TINY)

        # 3. Direction, in unit vectors for the sake of precision
        share = pi * norm / scale  # pi_k |u_k|
        w = share + self._cone_weights(cosine, share)

        # 4. Length
        q = _quadratic(cosine, w)  # |q|^2
        l = _quadratic(ops.maximum(cosine, 0.0), share)  # l^2
        gain = ops.sqrt(l / ops.maximum(q, TINY))
        gain = ops.clip(gain, 1.0, self.max_gain)
        to_direction = ops.exp(log_s) * gain * w * a / norm

        # 5. Memory
        to_meta = pi / scale
        return to_direction, to_meta, ops.max(a, axis=1)

    def _cone_weights(self, cosine, weight):
        """What the projections add to the weights of the unit vectors."""
        if self.projection == "each":
            v = solve_nonnegative(cosine, cosine)
            return ops.sum(v * weight[:, None, :], axis=2)
        total = ops.sum(weight, axis=1, keepdims=True)
        weight = weight / ops.maximum(total, TINY)
        mean = ops.sum(cosine * weight[:, None, :], axis=2, keepdims=True)
        return total * solve_nonnegative(cosine, mean)[:, :, 0]

    def _average(self, variable, value, where, beta):
        """Moves an exponential average on for the tasks in `where`."""
        old = variable.value
        new = ops.where(where, beta * old + (1.0 - beta) * value, old)
        self.assign(variable, new)
        return new

    def get_config(self):
        return {
            **super().get_config(),
            "preference": self.preference,
            "alpha": self.alpha,
            "size_exponent": self.size_exponent,
            "beta_meta": self.beta_meta,
            "beta_alignment": self.beta_alignment,
            "beta_norm": self.beta_norm,
            "max_gain": self.max_gain,
            "projection": self.projection,
        }


def _quadratic(matrix, x):
    return ops.sum(x[:, :, None] * x[:, None, :] * matrix, axis=(1, 2))[:, None]


def _debias(beta, steps, started):
    """`1 - beta^steps` without cancellation, 1 before the first step."""
    if beta == 0.0:
        return 1.0
    return ops.where(started, -ops.expm1(math.log(beta) * steps), 1.0)
