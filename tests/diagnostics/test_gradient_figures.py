"""The figures of Gramians, against the gradients that they came from."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from keras_muirf.diagnostics import GradientFigures

TASKS = ("rain", "snow", "haze")


def collect(gradients, weights, **kwargs):
    """Figures of a step from gradients `(groups, K, P)`, by their tags."""
    figures = GradientFigures()
    figures.add(gradients @ gradients.swapaxes(1, 2), weights)
    collected = figures.collect(TASKS, **kwargs)
    assert not len(figures)
    assert len({f.tag for f in collected}) == len(collected)
    return {f.tag: f.value for f in collected}


@given(
    arrays.arrays("float64", (2, 3, 4), elements=st.integers(-4, 4).map(float)),
    arrays.arrays("float64", (2, 3), elements=st.integers(-4, 4).map(float)),
)
def test_groups_add_up_to_the_gradients_side_by_side(gradients, weights):
    figures = collect(gradients, weights)
    whole = np.concatenate(list(gradients), axis=1)
    d = (weights[:, :, None] * gradients).sum(axis=1).ravel()
    norm = np.linalg.norm(whole, axis=1)
    for k, task in enumerate(TASKS):
        if norm[k]:
            assert figures[f"gradient_norm/{task}"] == pytest.approx(norm[k])
            if np.linalg.norm(d):
                assert figures[f"direction_cosine/{task}"] == pytest.approx(
                    d @ whole[k] / np.linalg.norm(d) / norm[k], abs=1e-9
                )
        else:
            assert f"gradient_norm/{task}" not in figures
    opposed = [d @ whole[k] < -1e-9 for k in range(3) if norm[k]]
    if opposed:
        # Integers are exact, so that no conflict is within rounding.
        assert figures["conflicts_after"] == pytest.approx(np.mean(opposed))


def test_groups_have_names():
    rng = np.random.default_rng(0)
    gradients, weights = rng.normal(size=(2, 3, 5)), np.ones((2, 3))
    figures = collect(gradients, weights, groups=("stem", "head"))
    norms = np.linalg.norm(gradients[1], axis=1)
    assert figures["norm_imbalance/head"] == pytest.approx(
        norms.max() / norms.min()
    )
    assert "conflicts_after/group 1" in collect(gradients, weights)


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_task_without_a_gradient_is_left_out(bad):
    gradients = np.array([[[1.0, 0.0], [-3.0, 0.0], [bad, bad]]])
    with np.errstate(invalid="ignore"):
        figures = collect(gradients, np.array([[1.0, 1.0, 0.0]]))
    assert figures["conflicts_before"] == 1.0
    assert figures["conflicts_after"] == 0.5
    assert figures["norm_imbalance"] == pytest.approx(3.0)
    assert not any("haze" in tag for tag in figures)


def test_all_of_nothing():
    figures = GradientFigures()
    assert figures.collect(TASKS) == []
    figures.add(np.zeros((1, 3, 3)), np.zeros((1, 3)))
    assert figures.collect(TASKS) == []
    with pytest.raises(ValueError, match=r"\(3, 3\)"):
        figures.add(np.zeros((3, 3)), np.zeros(3))


def test_rounding_is_no_conflict():
    # d is orthogonal to the first gradient but for a float32's last digit.
    gramian = np.array([[[1.0, -1.0], [-1.0, 4.0]]])
    for error, expected in ((1e-6, 0.0), (1e-2, 0.5)):
        figures = GradientFigures()
        figures.add(gramian, np.array([[1.0 - error, 1.0]]))
        values = {f.name: f.value for f in figures.collect(("a", "b"))}
        assert values["conflicts_after"] == expected
