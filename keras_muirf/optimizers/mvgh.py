import math

import keras
from keras import ops

from keras_muirf.optimizers.dual_cone import MAX_TASKS
from keras_muirf.optimizers.dual_cone import solve_nonnegative
from keras_muirf.optimizers.task_gradient_optimizer import TaskGradientOptimizer

TINY = 1e-30


@keras.saving.register_keras_serializable(package="keras_muirf")
class MVGH(TaskGradientOptimizer):
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

    `d` conflicts with no task: `<d, g_k> >= 0`. An element of a variable that
    only one task touches in this step (all others have a zero there) is not
    shared: it keeps its own gradient, divided by the number of tasks as in the
    mean, and stays out of steps 1 to 5. A task whose gradient is not finite is
    left out of the step and counted in the variable `skipped`, of shape
    `(num_tasks,)`. With one task the wrapped optimizer is used as it is.

    The abstract of the paper names meta-vector guidance and homogenization;
    the equations are this package's interpretation.

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        num_tasks: Int, at most 8, or `None` to take it from the model or the
            gradients. Defaults to `None`.
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
        groups: `"all"` for one group of all variables, `"layer"` for one group
            per layer. Defaults to `"all"`.
        projection: `"each"` projects every task's gradient, `"mean"` their
            weighted mean. Defaults to `"each"`.
        averaged: List of strings. A variable whose path contains one of them
            is left out of the rule and gets the mean of the tasks' gradients:
            for what serves an objective of all tasks together, such as a
            classifier that tells them apart, whose gradients oppose each
            other by nature. `None` takes it from the model's attribute
            `averaged_variables`. Defaults to `None`.
        name: String, the optimizer's name.

    Example:

    ```python
    model.compile(
        keras_muirf.optimizers.MVGH(keras.optimizers.AdamW(1e-3)),
        loss="mae",
    )
    ```
    """

    def __init__(
        self,
        inner,
        num_tasks=None,
        preference=None,
        alpha=1.0,
        size_exponent=1.0,
        beta_meta=0.95,
        beta_alignment=0.99,
        beta_norm=0.9,
        max_gain=50.0,
        groups="all",
        projection="each",
        averaged=None,
        name=None,
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
        if groups not in ("all", "layer"):
            raise ValueError(
                f'`groups` must be "all" or "layer". Received: groups={groups}'
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
        super().__init__(inner, num_tasks=num_tasks, name=name)
        self.preference = preference
        self.alpha = alpha
        self.size_exponent = size_exponent
        self.beta_meta = beta_meta
        self.beta_alignment = beta_alignment
        self.beta_norm = beta_norm
        self.max_gain = max_gain
        self.groups = groups
        self.projection = projection
        self.averaged = averaged

    def build(self, variables):
        if self.num_tasks is not None and self.num_tasks > MAX_TASKS:
            raise ValueError(
                f"MVGH solves 2^num_tasks small systems a step and is meant "
                f"for at most {MAX_TASKS} tasks; merge tasks. "
                f"Received: num_tasks={self.num_tasks}"
            )
        super().build(variables)
        K = self.num_tasks
        if self.preference is not None and len(self.preference) != K:
            raise ValueError(
                f"`preference` must have one entry for each of the {K} tasks. "
                f"Received: preference={self.preference}"
            )
        self._homogenized = [
            not any(name in v.path for name in self.averaged or ())
            for v in variables
        ]
        variables = [
            v
            for v, chosen in zip(variables, self._homogenized, strict=True)
            if chosen
        ]
        self._sizes = [math.prod(v.shape) for v in variables]
        self._spans = self._group_spans(variables)
        state = (len(self._spans), K)
        self._meta_vector = self._add("meta_vector", (sum(self._sizes),))
        self._squared_norms = self._add("squared_norms", state)
        self._norm_steps = self._add("norm_steps", state)
        self._alignments = self._add("alignments", state)
        self._alignment_steps = self._add("alignment_steps", state)
        self.skipped = self._add("skipped", (K,), "int32")

    def _add(self, name, shape, dtype="float32"):
        return self.add_variable(shape=shape, dtype=dtype, name=name)

    def _group_spans(self, variables):
        """The (start, stop) of each group in the flat vector of parameters."""
        # A group is a run of neighbours: a layer's variables follow each other.
        layers = [
            v.path.rpartition("/")[0] if self.groups == "layer" else ""
            for v in variables
        ]
        spans = []
        stop = 0
        for i, size in enumerate(self._sizes):
            start, stop = stop, stop + size
            if i and layers[i] == layers[i - 1]:
                start = spans.pop()[0]
            spans.append((start, stop))
        return spans

    def combine(self, gradients):
        K = self.num_tasks
        if K == 1:
            return [None if g is None else g[0] for g in gradients]
        chosen = [
            g
            for g, chosen in zip(gradients, self._homogenized, strict=True)
            if chosen
        ]
        homogenized = iter(self._homogenize(chosen) if chosen else ())
        return [
            next(homogenized) if chosen else _finite_mean(g)
            for g, chosen in zip(gradients, self._homogenized, strict=True)
        ]

    def _homogenize(self, gradients):
        K = self.num_tasks
        # The rule works on one (K, parameters) matrix: a dozen large
        # operations a step rather than a dozen for each variable, which is
        # what counts where every operation is a kernel launch.
        flat = ops.concatenate(
            [
                ops.zeros((K, size), "float32")
                if g is None
                else ops.reshape(ops.cast(g, "float32"), (K, size))
                for g, size in zip(gradients, self._sizes, strict=True)
            ],
            axis=1,
        )
        direction = self._combine_flat(flat)
        stops = [sum(self._sizes[: i + 1]) for i in range(len(self._sizes) - 1)]
        return [
            None
            if g is None
            else ops.cast(ops.reshape(d, g.shape[1:]), g.dtype)
            for d, g in zip(ops.split(direction, stops), gradients, strict=True)
        ]

    def _combine_flat(self, g):
        finite = ops.isfinite(ops.sum(g, axis=1, keepdims=True))
        touched = ops.logical_and(ops.not_equal(g, 0.0), finite)
        g = ops.where(touched, g, 0.0)
        # (parameters,): 1 where at least two tasks have a gradient.
        shared = ops.cast(
            ops.sum(ops.cast(touched, "float32"), axis=0) > 1.5, "float32"
        )
        private = ops.sum(g, axis=0) * ((1.0 - shared) / self.num_tasks)
        g = g * shared

        m = self._meta_vector.value
        blocks = [(g[:, i:j], m[i:j]) for i, j in self._spans]
        gramian = ops.stack(
            [ops.matmul(x, ops.transpose(x)) for x, _ in blocks]
        )
        alignment = ops.stack(
            [ops.matmul(x, ops.expand_dims(y, 1))[:, 0] for x, y in blocks]
        )
        to_direction, to_meta, moved = self._weigh(gramian, alignment, finite)
        weights = ops.stack([to_direction, to_meta], axis=1)
        mixed = [ops.matmul(weights[i], x) for i, (x, _) in enumerate(blocks)]
        moved = [
            y + (1.0 - self.beta_meta) * moved[i] * (mixed[i][1] - y)
            for i, (_, y) in enumerate(blocks)
        ]
        self.assign(self._meta_vector, _join(moved))
        return _join([x[0] for x in mixed]) + private

    def _weigh(self, gramian, alignment, finite):
        """The K x K part of the rule, for all groups at once.

        Args:
            gramian: `(groups, K, K)`, the inner products `<g_k, g_j>`.
            alignment: `(groups, K)`, the inner products `<g_k, m>`.
            finite: `(K, 1)` booleans.

        Returns:
            The coefficients of `g_k` in the direction and in the meta vector's
            increment, `(groups, K)` each, and `(groups,)` ones where the meta
            vector moves, zeros elsewhere.
        """
        square = ops.diagonal(gramian, axis1=1, axis2=2)
        countable = ops.isfinite(square)  # a large finite gradient may overflow
        active = ops.logical_and(countable, square > 0.0)
        a = ops.cast(active, "float32")
        self.assign(
            self.skipped,
            self.skipped.value
            + ops.cast(
                ops.logical_not(
                    ops.logical_and(finite[:, 0], ops.all(countable, axis=0))
                ),
                "int32",
            ),
        )

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
        pairs = ops.logical_and(active[:, :, None], active[:, None, :])
        norm = ops.sqrt(ops.where(active, square, 1.0))
        cosine = gramian / (norm[:, :, None] * norm[:, None, :])
        cosine = ops.where(pairs, cosine, 0.0)
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
            "groups": self.groups,
            "projection": self.projection,
            "averaged": self.averaged,
        }


def _finite_mean(gradient):
    """The mean over the tasks, of which those not finite count as zero."""
    if gradient is None:
        return None
    axes = tuple(range(1, len(gradient.shape)))
    finite = ops.all(ops.isfinite(gradient), axis=axes, keepdims=True)
    return ops.mean(
        ops.where(finite, gradient, ops.zeros_like(gradient)), axis=0
    )


def _quadratic(matrix, x):
    return ops.sum(x[:, :, None] * x[:, None, :] * matrix, axis=(1, 2))[:, None]


def _debias(beta, steps, started):
    """`1 - beta^steps` without cancellation, 1 before the first step."""
    if beta == 0.0:
        return 1.0
    return ops.where(started, -ops.expm1(math.log(beta) * steps), 1.0)


def _join(parts):
    return parts[0] if len(parts) == 1 else ops.concatenate(parts)
