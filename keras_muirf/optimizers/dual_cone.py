"""Small exact quadratic programmes on the Gramian of the task gradients."""

import itertools

import numpy as np
from keras import ops

# 2^K supports are enumerated: 256 tiny systems at K = 8.
MAX_TASKS = 8
# A support whose vectors are dependent to single precision is discarded: some
# smaller support has the same optimum.
SMALLEST_PIVOT = 1e-7


def solve_supports(gramian, columns):
    """Solves `G_SS v_S = c_S` for every subset `S` of the tasks, side by side.

    Unrolled Gauss-Jordan elimination, without branches.

    Args:
        gramian: Float tensor of shape `(groups, K, K)`, positive semi-definite
            with a diagonal of ones (or zeros, for an absent vector).
        columns: Float tensor of shape `(groups, K, columns)`.

    Returns:
        `v`, `(groups, 2^K, K, columns)` with zeros off the subset, and whether
        the subset's system is regular, `(groups, 2^K, 1, 1)`.
    """
    K = gramian.shape[-1]
    support = np.array(list(itertools.product((0, 1), repeat=K)), "float32")
    inside = ops.convert_to_tensor(support[:, :, None])  # (2^K, K, 1)
    both = ops.convert_to_tensor(support[:, :, None] * support[:, None, :])
    identity = ops.eye(K, dtype="float32")
    outside = (1.0 - inside) * identity
    G = ops.expand_dims(gramian, 1)  # (groups, 1, K, K)
    c = ops.expand_dims(columns, 1)  # (groups, 1, K, columns)
    # One augmented system [G_SS | c_S] per subset; off it, it says v = 0.
    system = ops.concatenate([both * G + outside, inside * c], -1)
    regular = True
    for j in range(K):
        pivot = system[..., j : j + 1, j : j + 1]
        usable = pivot > SMALLEST_PIVOT
        regular = ops.logical_and(usable, regular)
        row = system[..., j : j + 1, :] / ops.where(usable, pivot, 1.0)
        column = system[..., j : j + 1] - identity[:, j : j + 1]
        system = system - column * row
    return system[..., K:], regular


def choose_support(values, score):
    """The entry of every column whose score is the lowest.

    Args:
        values: `(groups, 2^K, K, columns)`.
        score: `(groups, 2^K, 1, columns)`, finite.

    Returns:
        `(groups, K, columns)`.
    """
    best = ops.expand_dims(ops.argmin(score, axis=1), 1)
    numbers = ops.arange(score.shape[1], dtype=best.dtype)
    chosen = ops.equal(best, ops.reshape(numbers, (1, -1, 1, 1)))
    return ops.sum(ops.where(chosen, values, 0.0), axis=1)


def solve_nonnegative(gramian, linear):
    """Minimizes `v' G v / 2 + v' h` over `v >= 0` for every column `h`.

    With `G` the Gramian of vectors `u_k` and `h = G a`, the vector
    `sum_k (a_k + v_k) u_k` is the Euclidean projection of `sum_k a_k u_k` onto
    the dual cone `{x : <x, u_k> >= 0 for all k}`.

    The solution is exact: all `2^K` supports are solved side by side with an
    unrolled Gauss-Jordan elimination, and the one that violates the optimality
    conditions least is taken. (The smallest objective would find the optimum
    too, but only to the square root of the precision.) There is no iteration
    and no branch, hence the same answer on every backend, eager or compiled.
    Products are sums of element-wise products, which no accelerator rounds to
    a shorter format.

    Args:
        gramian: Float tensor of shape `(groups, K, K)`, positive semi-definite
            with a diagonal of ones (or zeros, for an absent vector).
        linear: Float tensor of shape `(groups, K, columns)`, in the range of
            `gramian` and of order one.

    Returns:
        Float tensor of shape `(groups, K, columns)`, non-negative.
    """
    v, regular = solve_supports(gramian, -linear)
    G = ops.expand_dims(gramian, 1)  # (groups, 1, K, K)
    h = ops.expand_dims(linear, 1)  # (groups, 1, K, columns)
    slack = ops.sum(G[..., None] * v[:, :, None], axis=3) + h
    violation = ops.max(ops.maximum(-v, -slack), axis=2, keepdims=True)
    # Of equals, the smallest coefficients: they lose least to rounding.
    violation = violation + 1e-7 * ops.sum(ops.abs(v), axis=2, keepdims=True)
    usable = ops.logical_and(regular, ops.isfinite(violation))
    violation = ops.where(usable, violation, 1e30)
    return ops.maximum(choose_support(v, violation), 0.0)
