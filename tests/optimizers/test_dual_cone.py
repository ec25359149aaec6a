import keras
import numpy as np
import pytest
from scipy.optimize import nnls

from keras_muirf.optimizers.dual_cone import solve_nonnegative


def unit_vectors(kind, K, rng):
    u = rng.normal(size=(K, 40))
    if kind == "conflicting":
        u -= 1.3 * u.mean(axis=0)
    if kind == "nearly opposite":
        u[1:] = -u[0] + 1e-3 * u[1:]
    if kind == "nearly equal":
        u[1:] = u[0] + 1e-3 * u[1:]
    if kind == "one line":
        u = rng.choice([-1.0, 1.0], size=(K, 1)) * u[:1]
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    return u


def solve(gramian, linear):
    return keras.ops.convert_to_numpy(
        solve_nonnegative(
            keras.ops.convert_to_tensor(gramian, "float32"),
            keras.ops.convert_to_tensor(linear, "float32"),
        )
    )


@pytest.mark.parametrize("K", [2, 4, 8])
@pytest.mark.parametrize(
    "kind",
    ["random", "conflicting", "nearly opposite", "nearly equal", "one line"],
)
def test_projects_onto_the_dual_cone(kind, K):
    rng = np.random.default_rng(K)
    u = np.stack([unit_vectors(kind, K, rng) for _ in range(5)])
    gramian = u @ u.transpose(0, 2, 1)
    v = solve(gramian, gramian)
    projected = u + v.transpose(0, 2, 1) @ u
    for group in range(5):
        for k in range(K):
            exact, _ = nnls(u[group].T, -u[group, k], maxiter=10_000)
            exact = u[group, k] + exact @ u[group]
            np.testing.assert_allclose(projected[group, k], exact, atol=2e-3)
    assert (u @ projected.transpose(0, 2, 1)).min() > -1e-5


def test_absent_vectors_get_no_weight():
    gramian = np.diag([1.0, 0.0, 1.0])[None]
    gramian[0, 0, 2] = gramian[0, 2, 0] = -0.5
    v = solve(gramian, gramian)
    np.testing.assert_allclose(
        v[0], [[0, 0, 0.5], [0, 0, 0], [0.5, 0, 0]], atol=1e-6
    )
