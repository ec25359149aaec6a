"""The rule against its equations, and what follows from them."""

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies
from mvgh_reference import Reference
from scipy.optimize import nnls

from keras_muirf.optimizers import MVGH

SHAPES = [(3, 5), (4,), (2, 2, 3, 2)]
SIZES = [int(np.prod(shape)) for shape in SHAPES]
N = sum(SIZES)


class Rule:
    """An `MVGH` that answers with the combined gradient."""

    def __init__(self, num_tasks, **kwargs):
        self.optimizer = MVGH(
            keras.optimizers.SGD(1.0), num_tasks=num_tasks, **kwargs
        )
        self.variables = [
            keras.Variable(np.zeros(shape, "float32"), name=f"v{i}")
            for i, shape in enumerate(SHAPES)
        ]

    def __call__(self, gradients):
        """From `(K, N)` to `(N,)`."""
        parts = np.split(gradients, np.cumsum(SIZES)[:-1], axis=1)
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape, "float32"))
        self.optimizer.apply(
            [
                keras.ops.convert_to_tensor(
                    part.reshape(len(gradients), *shape), "float32"
                )
                for part, shape in zip(parts, SHAPES, strict=True)
            ],
            self.variables,
        )
        return -np.concatenate([v.numpy().ravel() for v in self.variables])


def task_gradients(K, seed, norms=None, pull=1.1):
    """`(K, N)` gradients that conflict the more, the larger `pull`."""
    g = np.random.default_rng(seed).normal(size=(K, N))
    g -= pull * g.mean(axis=0)
    g /= np.linalg.norm(g, axis=1, keepdims=True)
    return g if norms is None else g * np.array(norms)[:, None]


def assert_conflicts_with_no_task(d, g, tolerance=1e-4):
    sizes = np.linalg.norm(g, axis=1)
    present = sizes[sizes > 0]
    unit = np.exp(np.log(present).mean())
    assert np.all(g @ d >= -tolerance * sizes * max(unit, np.linalg.norm(d)))


@pytest.mark.parametrize("K", [2, 3, 4])
@pytest.mark.parametrize(
    "kwargs, reference",
    [
        ({}, {}),
        ({"size_exponent": 0.5}, {"gamma": 0.5}),
        ({"alpha": 0.0, "max_gain": 1.0}, {"alpha": 0.0, "cap": 1.0}),
    ],
)
def test_follows_the_equations(K, kwargs, reference):
    rng = np.random.default_rng(K)
    p = list(range(1, K + 1))
    rule = Rule(K, preference=p, **kwargs)
    reference = Reference(K, p=p, **reference)
    base = task_gradients(K, seed=K)
    for step in range(14):
        g = 0.7 * base + 0.5 * rng.normal(size=base.shape) / np.sqrt(N)
        g *= 10.0 ** np.arange(K)[:, None]
        g[0, 3:7] = 0.0
        g[1:, 20:24] = 0.0  # private to the first task
        if step == 4:
            g[1] = 0.0
        if step == 6:
            g[0, 5] = np.nan
        if step == 9:
            g[-1, 2] = np.inf
        expected = reference(g.astype("float32"))
        actual = rule(g)
        scale = np.abs(expected).max()
        np.testing.assert_allclose(actual / scale, expected / scale, atol=2e-4)
    optimizer = rule.optimizer
    np.testing.assert_array_equal(optimizer.skipped.numpy(), reference.skipped)
    for variable, expected in [
        (optimizer._meta_vector, reference.m),
        (optimizer._squared_norms, [reference.n]),
        (optimizer._alignments, [reference.H]),
    ]:
        scale = np.abs(expected).max()
        np.testing.assert_allclose(
            variable.numpy() / scale, expected / scale, atol=2e-4
        )


@settings(max_examples=30, deadline=None)
@given(
    K=strategies.integers(2, 4),
    seed=strategies.integers(0, 10**6),
    pull=strategies.floats(0.0, 2.0),
    powers=strategies.lists(strategies.floats(-8, 4), min_size=4, max_size=4),
)
def test_conflicts_with_no_task(K, seed, pull, powers):
    rule = Rule(K)
    for step in range(3):
        g = task_gradients(K, seed + step, 10.0 ** np.array(powers[:K]), pull)
        d = rule(g)
        assert np.isfinite(d).all() and np.any(d)
        assert_conflicts_with_no_task(d, g)


@pytest.mark.parametrize(
    "kwargs", [{"groups": "layer"}, {"projection": "mean"}]
)
def test_variants_conflict_with_no_task(kwargs):
    rule = Rule(4, **kwargs)
    for step in range(5):
        g = task_gradients(4, step, [1.0, 10.0, 0.1, 1.0], pull=1.2)
        assert_conflicts_with_no_task(rule(g), g)


def test_layers_are_homogenized_on_their_own():
    rule = Rule(3, groups="layer")
    rule.variables = [
        keras.Variable(np.zeros(shape, "float32"), name="kernel")
        for shape in SHAPES
    ]
    with keras.name_scope("first"):
        rule.variables[0] = keras.Variable(np.zeros(SHAPES[0], "float32"))
    with keras.name_scope("second"):
        rule.variables[1] = keras.Variable(np.zeros(SHAPES[1], "float32"))
        rule.variables[2] = keras.Variable(np.zeros(SHAPES[2], "float32"))
    g = task_gradients(3, seed=1)
    d = rule(g)
    cut = SIZES[0]
    assert rule.optimizer._spans == [(0, cut), (cut, N)]
    first, second = Reference(3)(g[:, :cut]), Reference(3)(g[:, cut:])
    np.testing.assert_allclose(d, np.append(first, second), atol=1e-4)


def test_equal_gradients_give_that_gradient():
    rule = Rule(3)
    for step in range(4):
        g = task_gradients(3, step)[:1] * (step + 1)
        np.testing.assert_allclose(
            rule(np.tile(g, (3, 1))), g[0], rtol=1e-4, atol=1e-7
        )


def test_orthogonal_gradients_of_equal_size_give_their_mean():
    g = np.linalg.qr(np.random.default_rng(0).normal(size=(N, 4)))[0].T
    np.testing.assert_allclose(Rule(4)(3 * g), 3 * g.mean(axis=0), atol=1e-6)


@settings(max_examples=15, deadline=None)
@given(
    seed=strategies.integers(0, 10**6),
    task=strategies.integers(0, 2),
    power=strategies.floats(-6, 6),
)
def test_the_scale_of_a_loss_does_not_matter(seed, task, power):
    plain, scaled = Rule(3), Rule(3)
    factor = np.ones((3, 1))
    factor[task] = 10.0**power
    for step in range(3):
        g = task_gradients(3, seed + step, pull=0.8)
        a, b = plain(g), scaled(g * factor)
        np.testing.assert_allclose(
            a / np.linalg.norm(a), b / np.linalg.norm(b), atol=1e-3
        )


@settings(max_examples=15, deadline=None)
@given(
    seed=strategies.integers(0, 10**6),
    order=strategies.permutations(range(4)),
)
def test_the_order_of_the_tasks_does_not_matter(seed, order):
    plain, permuted = Rule(4), Rule(4)
    for step in range(3):
        g = task_gradients(4, seed + step, [1.0, 5.0, 0.2, 1.0], pull=0.8)
        np.testing.assert_allclose(plain(g), permuted(g[order]), atol=1e-3)
    np.testing.assert_allclose(
        plain.optimizer._alignments.numpy()[:, order],
        permuted.optimizer._alignments.numpy(),
        atol=1e-6,
    )


def test_one_task_is_the_wrapped_optimizer():
    rule = Rule(1)
    for step in range(3):
        g = np.random.default_rng(step).normal(size=(1, N)).astype("float32")
        np.testing.assert_array_equal(rule(g), g[0])


def test_opposite_gradients_cancel():
    g = task_gradients(2, seed=0)
    g[1] = -g[0]
    assert np.abs(Rule(2)(g)).max() < 1e-4


def test_no_gradient_gives_no_step():
    rule = Rule(3)
    np.testing.assert_array_equal(rule(np.zeros((3, N))), np.zeros(N))
    g = task_gradients(3, seed=0)
    np.testing.assert_allclose(rule(g), Reference(3)(g), atol=1e-5)


def test_no_guidance_and_no_gain_is_the_projected_mean_of_unit_gradients():
    rule = Rule(3, alpha=0.0, max_gain=1.0, beta_norm=0.0)
    for step in range(3):
        sizes = np.array([1.0, 10.0, 0.1])
        g = task_gradients(3, step, sizes)
        u = (g / sizes[:, None]).T
        expected = np.mean(
            [x + u @ nnls(u, -x, maxiter=10_000)[0] for x in u.T], axis=0
        )
        np.testing.assert_allclose(rule(g), expected, atol=1e-5)


def test_private_elements_keep_the_plain_mean():
    g = task_gradients(3, seed=3)
    g[1:, :10] = 0.0
    g[:2, 10:20] = 0.0
    d = Rule(3)(g)
    np.testing.assert_allclose(d[:20], g[:, :20].mean(axis=0), rtol=1e-6)
    alone = Rule(3)
    shared = g.copy()
    shared[:, :20] = 0.0
    np.testing.assert_allclose(alone(shared)[20:], d[20:], atol=1e-6)


def test_averaged_variables_get_the_mean_and_do_not_count():
    g = task_gradients(3, seed=4, pull=1.2)
    rule, alone = Rule(3, averaged=["v1"]), Rule(3)
    cut = slice(SIZES[0], SIZES[0] + SIZES[1])
    rest = g.copy()
    rest[:, cut] = 0.0
    expected = alone(rest)
    expected[cut] = g[:, cut].mean(axis=0)
    np.testing.assert_allclose(rule(g), expected, atol=1e-6)
    g[1] = np.nan
    np.testing.assert_allclose(
        rule(g)[cut], g[[0, 2], cut].sum(axis=0) / 3, atol=1e-6
    )


def test_means_that_are_not_finite_leave_all_averaged_variables(rng):
    optimizer = MVGH(keras.optimizers.SGD(1.0), num_tasks=3, averaged=["head"])
    names = ["head_a", "head_b", "body"]
    variables = [keras.Variable(np.zeros(4, "float32"), name=n) for n in names]
    gradients = [rng.normal(size=4), rng.normal(size=4), np.ones((3, 4))]
    gradients[0][2] = np.nan
    optimizer.apply(
        [keras.ops.convert_to_tensor(g, "float32") for g in gradients],
        variables,
    )
    for variable, step in zip(variables, (0.0, 0.0, -1.0), strict=True):
        np.testing.assert_allclose(
            variable.numpy(), np.full(4, step), atol=1e-6
        )


def test_a_task_that_is_not_finite_is_left_out_and_counted():
    rule, without = Rule(3), Rule(3)
    g = task_gradients(3, seed=2)
    absent = g.copy()
    absent[1] = 0.0
    g[1, 0] = np.nan
    np.testing.assert_array_equal(rule(g), without(absent))
    g[:] = np.inf
    np.testing.assert_array_equal(rule(g), np.zeros(N))
    np.testing.assert_array_equal(rule.optimizer.skipped.numpy(), [1, 2, 1])


def test_the_neglected_task_counts_more():
    rng = np.random.default_rng(0)
    common, other = np.linalg.qr(rng.normal(size=(N, 2)))[0].T
    g = np.stack([common, common, 0.3 * common + other])
    guided, unguided = Rule(3), Rule(3, alpha=0.0)
    for _ in range(5):
        a, b = guided(g), unguided(g)
    assert (a @ other) / np.linalg.norm(a) > (b @ other) / np.linalg.norm(b)


@pytest.mark.parametrize(
    "kwargs",
    [
        {"beta_meta": 1.0},
        {"max_gain": 0.5},
        {"groups": "variable"},
        {"projection": "none"},
        {"preference": [1.0, -1.0]},
        {"num_tasks": 0},
    ],
)
def test_bad_arguments_are_refused(kwargs):
    with pytest.raises(ValueError, match=list(kwargs)[0]):
        MVGH("sgd", **kwargs)


def test_too_many_tasks_are_refused():
    with pytest.raises(ValueError, match="at most 8; merge tasks"):
        Rule(9)(np.ones((9, N)))


def test_a_preference_per_task_is_needed():
    with pytest.raises(ValueError, match="one entry for each of the 3"):
        Rule(3, preference=[1.0, 2.0])(np.ones((3, N)))


def test_config_round_trip():
    optimizer = MVGH(
        keras.optimizers.AdamW(1e-3, weight_decay=0.1),
        num_tasks=2,
        preference=[1.0, 2.0],
        alpha=0.5,
        size_exponent=0.3,
        beta_meta=0.8,
        beta_alignment=0.7,
        beta_norm=0.6,
        max_gain=9.0,
        groups="layer",
        projection="mean",
        averaged=["posterior"],
        name="rule",
    )
    config = keras.optimizers.serialize(optimizer)
    again = keras.optimizers.deserialize(config)
    assert isinstance(again, MVGH)
    assert again.get_config() == optimizer.get_config()
