"""What the Gramian of the task gradients says about their conflict."""

import itertools

import numpy as np

from keras_muirf.diagnostics.figure import Figure

# Rules that project end exactly on the border, where rounding of the float32
# inner products decides the sign.
ROUNDING = 1e-4


class GradientFigures:
    """Collects Gramians of task gradients and averages what they say.

    With `G_kj = <g_k, g_j>` and the step's direction `d = sum_k w_k g_k`, of
    one training step:

    - `gradient_norm` of a task: `|g_k|`.
    - `norm_imbalance`: `max_k |g_k| / min_k |g_k|`.
    - `gradient_cosine` of a pair: `G_kj / (|g_k| |g_j|)`.
    - `conflicts_before`: the share of pairs with `G_kj < 0`.
    - `direction_cosine` of a task: `<d, g_k> / (|d| |g_k|)`, how far the step
      goes its way.
    - `conflicts_after`: the share of tasks that the step opposes,
      `<d, g_k> < 0` by more than rounding can do: by more than 1e-4 of
      `sum_j |w_j| |g_j| |g_k|`.

    A task whose gradient is zero or not finite is left out of the step. All
    are means over the steps, `norm_imbalance` a geometric one. With several
    groups of parameters the inner products of the groups add up to those of
    all parameters.

    Example:

    ```python
    figures = keras_muirf.diagnostics.GradientFigures()
    figures.add([[[1.0, -0.5], [-0.5, 1.0]]], [[0.5, 0.5]])
    figures.collect(("rain", "haze"))
    ```

    Reference: the measures of conflict follow Yu et al., Gradient Surgery for
    Multi-Task Learning (NeurIPS 2020), definitions 1 and 2.
    """

    def __init__(self):
        self._steps = []

    def __len__(self):
        return len(self._steps)

    def add(self, gramian, weights):
        """Takes the figures of one training step.

        Args:
            gramian: float array `(groups, K, K)`, the inner products of the
                tasks' gradients.
            weights: float array `(groups, K)`, the coefficients of the tasks'
                gradients in the step's direction.
        """
        gramian = np.asarray(gramian, "float64")
        weights = np.asarray(weights, "float64")
        if gramian.ndim != 3 or gramian.shape[:2] != weights.shape:
            raise ValueError(
                "`gramian` must have the shape (groups, K, K) and `weights` "
                f"(groups, K). Received: shapes {gramian.shape} and "
                f"{weights.shape}"
            )
        scopes = [_of_step(gramian, weights)]
        if len(gramian) > 1:
            scopes += [
                _of_step(gramian[i : i + 1], weights[i : i + 1])
                for i in range(len(gramian))
            ]
        self._steps.append(scopes)

    def collect(self, tasks, groups=()):
        """Averages over the steps taken, and begins anew.

        Args:
            tasks: list of strings, names of the K tasks.
            groups: list of strings, names of the groups of parameters.
                Defaults to their numbers.

        Returns:
            A list of `keras_muirf.diagnostics.Figure`: all of them for the
            whole network, and with several groups `norm_imbalance` and the
            conflicts for each of them, too. What no step could tell is left
            out.
        """
        steps, self._steps = self._steps, []
        figures = []
        for scope, of_steps in enumerate(zip(*steps, strict=True)):
            if scope == 0:
                figures += _by_task(of_steps, tasks) + _overall(of_steps, "")
            else:
                name = f"group {scope - 1}"
                if len(groups) >= scope:
                    name = groups[scope - 1]
                figures += _overall(of_steps, name)
        return [
            f._replace(value=float(f.value))
            for f in figures
            if np.isfinite(f.value)
        ]


def _of_step(gramian, weights):
    square = np.diagonal(gramian.sum(axis=0))
    present = np.isfinite(square) & (square > 0.0)
    pairs = present[:, None] & present[None, :]
    gramian = np.where(pairs, gramian, 0.0)
    weights = np.where(present, weights, 0.0)
    norms = np.sqrt(np.where(present, square, np.nan))
    products = np.einsum("gkj,gj->k", gramian, weights)
    length = np.sqrt(
        max(np.einsum("gk,gkj,gj->", weights, gramian, weights), 0)
    )
    own = np.sqrt(np.diagonal(gramian, axis1=1, axis2=2))
    most = np.einsum("gk,gj,gj->k", own, own, np.abs(weights))
    upper = np.triu(np.ones_like(pairs), 1) & pairs
    return {
        "norms": norms,
        "cosines": gramian.sum(axis=0) / (norms[:, None] * norms),
        "directions": products / (norms * length if length else np.nan),
        "before": (gramian.sum(axis=0)[upper] < 0.0).astype("float64"),
        "after": (products < -ROUNDING * most)[present].astype("float64"),
    }


def _by_task(steps, tasks):
    norms = _mean([step["norms"] for step in steps])
    directions = _mean([step["directions"] for step in steps])
    cosines = _mean([step["cosines"] for step in steps])
    figures = [
        Figure(name, values[k], task=task)
        for name, values in (
            ("gradient_norm", norms),
            ("direction_cosine", directions),
        )
        for k, task in enumerate(tasks)
    ]
    return figures + [
        Figure("gradient_cosine", cosines[j, k], task=tasks[j], other=tasks[k])
        for j, k in itertools.combinations(range(len(tasks)), 2)
    ]


def _overall(steps, layer):
    imbalance = []
    for step in steps:
        norms = step["norms"][np.isfinite(step["norms"])]
        if len(norms) > 1:
            imbalance.append(np.log(norms.max() / norms.min()))
    values = {
        "norm_imbalance": np.exp(_mean(imbalance)),
        "conflicts_before": _mean(np.concatenate([s["before"] for s in steps])),
        "conflicts_after": _mean(np.concatenate([s["after"] for s in steps])),
    }
    return [Figure(name, value, layer) for name, value in values.items()]


def _mean(values):
    """The mean over the first axis of what is not NaN, else NaN."""
    values = np.asarray(values, "float64")
    known = np.isfinite(values)
    count = known.sum(axis=0)
    total = np.where(known, values, 0.0).sum(axis=0)
    return np.where(count, total / np.maximum(count, 1), np.nan)
