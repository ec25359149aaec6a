"""What the rules promise, and what other implementations compute."""

import itertools

import keras
import numpy as np
import pytest
from hypothesis import assume
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_muirf import optimizers
from keras_muirf.training.find_rule import rules

RULES = list(rules().values())
MEMORYLESS = [
    rule
    for rule in RULES
    if rule.combine_shared is optimizers.GramianRule.combine_shared
]
every_rule = pytest.mark.parametrize("rule", RULES, ids=lambda r: r.__name__)
every_memoryless = pytest.mark.parametrize(
    "rule", MEMORYLESS, ids=lambda r: r.__name__
)


def combined(rule, gradients, **kwargs):
    """The combined gradient of one variable, from the `(K, n)` gradients."""
    gradients = np.asarray(gradients, "float32")
    optimizer = rule("sgd", num_tasks=len(gradients), **kwargs)
    variable = keras.Variable(np.zeros(gradients.shape[1], "float32"))
    optimizer.build([variable])
    (d,) = optimizer.combine([keras.ops.convert_to_tensor(gradients)])
    return keras.ops.convert_to_numpy(d), optimizer


# Whole numbers without a zero: elements that one task alone touches are
# another matter, and conflict, parallels and multiples are common.
entries = st.integers(-4, 3).map(lambda i: float(i + (i >= 0)))


@st.composite
def matrices(draw, tasks=(2, 4), size=5):
    K = draw(st.integers(*tasks))
    rows = st.lists(entries, min_size=size, max_size=size)
    return np.array(draw(st.lists(rows, min_size=K, max_size=K)))


@every_rule
@settings(max_examples=20, deadline=None)
@given(gradients=matrices(), data=st.data())
def test_permuting_the_tasks_changes_nothing(rule, gradients, data):
    if rule is optimizers.AlignedMTL:
        # Where the matrix is nearly singular rounding decides on its rank.
        assume(np.linalg.cond(gradients @ gradients.T) < 1e4)
    if rule is optimizers.IMTLG:
        assume(np.linalg.cond(gradients @ gradients.T) < 1e3)
    order = data.draw(st.permutations(range(len(gradients))))
    a, _ = combined(rule, gradients)
    b, _ = combined(rule, gradients[list(order)])
    np.testing.assert_allclose(a, b, atol=2e-3 * max(1.0, np.abs(a).max()))


@every_rule
@pytest.mark.parametrize("tasks", [1, 2, 3, 4])
def test_equal_gradients_give_that_gradient(rule, tasks):
    g = np.array([1.0, -2.0, 0.5])
    d, _ = combined(rule, np.tile(g, (tasks, 1)))
    if rule is optimizers.CAGrad and tasks > 1:
        # The best direction in the ball around the mean is longer.
        g = 1.5 * g
    np.testing.assert_allclose(d, g, rtol=1e-4)


@every_rule
def test_orthogonal_gradients_of_one_length_give_their_mean(rule, rng):
    basis, _ = np.linalg.qr(rng.normal(size=(6, 4)))
    d, _ = combined(rule, basis.T)
    mean = basis.T.mean(axis=0)
    cosine = d @ mean / np.linalg.norm(d) / np.linalg.norm(mean)
    assert cosine > 1 - 1e-5


@pytest.mark.parametrize("rule", [optimizers.UPGrad, optimizers.MVGH])
@settings(max_examples=30, deadline=None)
@given(gradients=matrices())
def test_no_task_is_harmed(rule, gradients):
    d, _ = combined(rule, gradients)
    lengths = np.linalg.norm(gradients, axis=1) * np.linalg.norm(d)
    assert np.all(gradients @ d >= -1e-3 * lengths - 1e-5)


@settings(max_examples=20, deadline=None)
@given(gradients=matrices(tasks=(2, 2)))
def test_two_projected_gradients_harm_no_task(gradients):
    d, _ = combined(optimizers.PCGrad, gradients)
    assert np.all(gradients @ d >= -1e-3 * np.abs(gradients).sum())


@pytest.mark.parametrize(
    "rule",
    [
        optimizers.NormHomogenization,
        optimizers.IMTLG,
    ],
)
def test_the_scale_of_a_loss_does_not_turn_the_step(rule, rng):
    gradients = rng.normal(size=(3, 8))
    scales = np.array([[1.0], [1e-3], [50.0]])
    a, _ = combined(rule, gradients)
    b, _ = combined(rule, gradients * scales)
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    np.testing.assert_allclose(a, b, atol=1e-3)


@every_memoryless
def test_rules_grow_with_the_gradients(rule, rng):
    gradients = rng.normal(size=(3, 8))
    a, _ = combined(rule, gradients)
    b, _ = combined(rule, 1e-4 * gradients)
    np.testing.assert_allclose(b, 1e-4 * a, rtol=1e-3, atol=1e-8)


@every_rule
def test_every_task_without_a_gradient(rule):
    d, _ = combined(rule, np.zeros((3, 4)))
    np.testing.assert_array_equal(d, 0.0)


@every_rule
def test_opposite_gradients_have_an_answer(rule):
    g = np.array([1.0, 2.0, -1.0])
    d, _ = combined(rule, [g, -g])
    assert np.all(np.isfinite(d)) and np.abs(d).max() < 1e-2


@every_rule
def test_what_is_not_finite_is_left_out_and_counted(rule, rng):
    gradients = rng.normal(size=(4, 8))
    spoilt = gradients.copy()
    spoilt[1, 3] = np.nan
    spoilt[2, 0] = np.inf
    zeroed = gradients.copy()
    zeroed[1:3] = 0.0
    a, optimizer = combined(rule, spoilt)
    b, _ = combined(rule, zeroed)
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert optimizer.skipped.numpy().tolist() == [0, 1, 1, 0]


@every_rule
def test_what_is_too_large_to_be_summed_is_left_out_and_counted(rule, rng):
    gradients = rng.normal(size=(4, 8))
    # Of one element only this task and one other know.
    gradients[2:, 5] = 0.0
    large, zeroed = gradients.copy(), gradients.copy()
    large[1], zeroed[1] = 3e38, 0.0
    a, optimizer = combined(rule, large)
    b, _ = combined(rule, zeroed)
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    assert optimizer.skipped.numpy().tolist() == [0, 1, 0, 0]


@every_rule
def test_the_last_step_is_kept(rule, rng):
    gradients = rng.normal(size=(3, 8)).astype("float32")
    d, optimizer = combined(rule, gradients)
    gramian = optimizer.last_gramian.numpy()[0]
    np.testing.assert_allclose(gramian, gradients @ gradients.T, rtol=1e-4)
    weights = optimizer.last_weights.numpy()[0]
    np.testing.assert_allclose(weights @ gradients, d, rtol=1e-3, atol=1e-5)
    names = [v.name for v in optimizer.variables]
    assert {"last_gramian", "last_weights", "skipped"} <= set(names)


@every_rule
def test_groups_are_combined_on_their_own(rule, rng):
    gradients = rng.normal(size=(3, 12)).astype("float32")
    optimizer = rule("sgd", num_tasks=3, groups="layer")
    variables = [
        keras.Variable(np.zeros(6, "float32"), name=f"kernel_{i}")
        for i in range(2)
    ]
    for i, variable in enumerate(variables):
        variable._path = f"layer_{i}/kernel"
    optimizer.build(variables)
    assert optimizer.group_names == ["layer_0", "layer_1"]
    parts = optimizer.combine(
        [keras.ops.convert_to_tensor(g) for g in np.split(gradients, 2, 1)]
    )
    for part, own in zip(parts, np.split(gradients, 2, 1), strict=True):
        expected, _ = combined(rule, own)
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(part), expected, rtol=1e-4, atol=1e-6
        )


@every_rule
def test_config_comes_back(rule):
    kwargs = {"c": 0.25} if rule is optimizers.CAGrad else {}
    optimizer = rule(
        keras.optimizers.AdamW(0.1), num_tasks=3, averaged=["head"], **kwargs
    )
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert type(again) is rule
    assert again.get_config() == optimizer.get_config()


def test_a_rule_of_ones_own(rng):
    class First(optimizers.GramianRule):
        def weights(self, gramian):
            return keras.ops.convert_to_tensor([[1.0, 0.0, 0.0]])

    gradients = rng.normal(size=(3, 8)).astype("float32")
    np.testing.assert_allclose(combined(First, gradients)[0], gradients[0])


def test_a_base_has_no_rule():
    with pytest.raises(NotImplementedError, match="weights"):
        combined(optimizers.GramianRule, np.eye(2) + 1.0)


# === Against references ===


def mean_over_orders(gradients):
    """PCGrad by its algorithm, for every order of every task."""
    K = len(gradients)
    steps = []
    for i in range(K):
        others = [j for j in range(K) if j != i]
        for order in itertools.permutations(others):
            g = gradients[i].copy()
            for j in order:
                g -= min(g @ gradients[j], 0.0) * (
                    gradients[j] / (gradients[j] @ gradients[j])
                )
            steps.append(g)
    return np.mean(steps, axis=0)


@pytest.mark.parametrize("tasks", [2, 3, 4])
def test_pcgrad_is_the_mean_over_all_orders(tasks, rng):
    gradients = rng.normal(size=(tasks, 5))
    np.testing.assert_allclose(
        combined(optimizers.PCGrad, gradients)[0],
        mean_over_orders(gradients),
        atol=1e-5,
    )


def random_matrices():
    rng = np.random.default_rng(3)
    for tasks in (2, 3, 4):
        yield rng.normal(size=(tasks, 10))
        # Conflicting: each leans away from the others' sum.
        g = rng.normal(size=(tasks, 10))
        yield g - 0.7 * (g.sum(axis=0) - g)
    yield rng.normal(size=(3, 10)) * [[1.0], [30.0], [0.1]]
    near = rng.normal(size=10)
    yield near + 0.1 * rng.normal(size=(3, 10))


def torchjd(name, **kwargs):
    """An aggregator of TorchJD, from `(K, n)` to `(n,)`."""
    torch = pytest.importorskip("torch")
    aggregation = pytest.importorskip("torchjd.aggregation")
    try:
        if name == "UPGrad":
            from torchjd.linalg import QuadprogProjector

            # By default it moves the cone a little.
            kwargs["projector"] = QuadprogProjector(norm_eps=0.0, reg_eps=1e-9)
        aggregator = getattr(aggregation, name)(**kwargs)
    except ImportError as error:
        pytest.skip(str(error).splitlines()[0])
    return lambda gradients: aggregator(torch.tensor(gradients)).numpy()


@pytest.mark.parametrize(
    ("rule", "name", "kwargs"),
    [
        (optimizers.MeanGradient, "Mean", {}),
        (optimizers.CAGrad, "CAGrad", {"c": 0.5}),
        (optimizers.IMTLG, "IMTLG", {}),
        (optimizers.AlignedMTL, "AlignedMTL", {}),
        (optimizers.UPGrad, "UPGrad", {}),
    ],
)
def test_torchjd_computes_the_same(rule, name, kwargs):
    aggregate = torchjd(name, **kwargs)
    for gradients in random_matrices():
        expected = aggregate(gradients)
        d, _ = combined(rule, gradients, **kwargs)
        np.testing.assert_allclose(
            d, expected, atol=2e-3 * np.abs(expected).max()
        )


def test_torchjd_projects_two_conflicting_gradients_alike(rng):
    g = rng.normal(size=10)
    gradients = np.stack([g, rng.normal(size=10) - g])
    # It adds the projections up; with two tasks there is a single order.
    expected = torchjd("PCGrad")(gradients) / 2
    d, _ = combined(optimizers.PCGrad, gradients)
    np.testing.assert_allclose(d, expected, atol=1e-5)
