import keras
import numpy as np
import pytest

from keras_muirf.optimizers import MeanGradient


def make_variables():
    return [
        keras.Variable(np.ones((2, 3), "float32"), name="kernel"),
        keras.Variable(np.ones((3,), "float32"), name="bias"),
    ]


def tensor(*shape, fill=1.0):
    return keras.ops.full(shape, fill, "float32")


@pytest.mark.parametrize(
    "inner",
    [
        "sgd",
        keras.optimizers.SGD(0.01),
        {"class_name": "SGD", "config": {"learning_rate": 0.01}},
    ],
)
def test_wraps_any_optimizer(inner):
    optimizer = MeanGradient(inner)
    variables = make_variables()
    optimizer.apply([tensor(2, 2, 3), tensor(2, 3, fill=2.0)], variables)
    assert optimizer.num_tasks == 2
    assert int(optimizer.iterations) == 1
    np.testing.assert_allclose(variables[0].numpy(), 0.99, rtol=1e-6)
    np.testing.assert_allclose(variables[1].numpy(), 0.98, rtol=1e-6)


def test_variables_may_come_in_any_order_and_without_gradient():
    optimizer = MeanGradient("sgd", num_tasks=2)
    variables = make_variables()
    optimizer.build(variables)
    optimizer.apply([tensor(2, 3), None], variables[::-1])
    np.testing.assert_allclose(variables[1].numpy(), 0.99, rtol=1e-6)
    np.testing.assert_array_equal(variables[0].numpy(), np.ones((2, 3)))


def test_learning_rate_is_the_inner_optimizers():
    optimizer = MeanGradient(keras.optimizers.SGD(0.5))
    assert float(optimizer.learning_rate) == 0.5
    optimizer.learning_rate = 0.25
    assert float(optimizer.inner_optimizer.learning_rate) == 0.25


def test_weight_decay_exclusion_is_passed_on():
    optimizer = MeanGradient(
        keras.optimizers.AdamW(0.1, weight_decay=0.5), num_tasks=2
    )
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    variables = make_variables()
    optimizer.apply(
        [tensor(2, 2, 3, fill=0.0), tensor(2, 3, fill=0.0)], variables
    )
    np.testing.assert_allclose(variables[0].numpy(), 0.95, rtol=1e-6)
    np.testing.assert_array_equal(variables[1].numpy(), np.ones(3))


def test_ordinary_gradients_are_refused():
    optimizer = MeanGradient("sgd", num_tasks=2)
    with pytest.raises(ValueError, match=r"\(2, 2, 3\).*TaskGradientTrainer"):
        optimizer.apply([tensor(2, 3), tensor(3)], make_variables())


def test_the_number_of_tasks_is_needed_and_stays():
    with pytest.raises(ValueError, match="number of tasks"):
        MeanGradient("sgd").build(make_variables())
    optimizer = MeanGradient("sgd", num_tasks=2)
    optimizer.build(make_variables())
    with pytest.raises(ValueError, match="built for 2 tasks"):
        optimizer.num_tasks = 3


def test_config_round_trip():
    optimizer = MeanGradient(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.1, 9)),
        num_tasks=3,
        name="rule",
    )
    again = keras.optimizers.deserialize(keras.optimizers.serialize(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert again.name == "rule" and again.num_tasks == 3
