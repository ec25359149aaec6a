"""Tasks that look at the same examples, each with a loss of its own."""

import keras
import numpy as np
import pytest

from keras_muirf.optimizers import MVGH
from keras_muirf.optimizers import MeanGradient
from keras_muirf.trainers import TaskGradientTrainer


class TwoHeads(TaskGradientTrainer, keras.Model):
    num_tasks = 2
    task_gradients = "losses"


def two_heads(cls=TwoHeads):
    x = keras.Input((4,))
    h = keras.layers.Dense(5, "tanh", kernel_regularizer="l2")(x)
    outputs = {n: keras.layers.Dense(1, name=n)(h) for n in ("a", "b")}
    model = cls(x, outputs)
    rng = np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0.0, 0.5, variable.shape))
    return model


@pytest.fixture
def data(rng):
    x = rng.normal(size=(6, 4)).astype("float32")
    y = {"a": x[:, :1] * 2, "b": np.abs(x[:, 1:2])}
    return x, y


def values(model):
    return [v.numpy() for v in model.trainable_variables]


def test_the_mean_of_the_losses_is_the_ordinary_step(data):
    plain, tasks = two_heads(), two_heads()
    half = {"a": 0.5, "b": 0.5}
    mse = {"a": "mse", "b": keras.losses.MeanSquaredError()}
    plain.compile(keras.optimizers.SGD(0.1), mse, loss_weights=half)
    tasks.compile(MeanGradient(keras.optimizers.SGD(0.1)), mse)
    for _ in range(2):
        expected = plain.train_on_batch(*data, return_dict=True)
        logs = tasks.train_on_batch(*data, return_dict=True)
        assert logs.keys() == expected.keys() == {"loss", "a_loss", "b_loss"}
        for name, value in expected.items():
            np.testing.assert_allclose(logs[name], value, rtol=1e-5)
    for v, w in zip(values(plain), values(tasks), strict=True):
        np.testing.assert_allclose(v, w, atol=1e-6)


def test_heads_take_their_own_gradient_and_the_trunk_a_combined_one(data):
    model = two_heads()
    before = values(model)
    model.compile(MVGH(keras.optimizers.SGD(0.1)), loss="mse")
    model.fit(*data, batch_size=6, epochs=2, verbose=0)
    for v, w in zip(values(model), before, strict=True):
        assert np.abs(v - w).max() > 0


def test_losses_of_ones_own(data):
    class Own(TwoHeads):
        def task_losses(self, x, y, y_pred, sample_weight=None):
            return [
                keras.ops.mean(
                    keras.ops.abs(keras.ops.subtract(y[n], y_pred[n]))
                )
                for n in ("a", "b")
            ]

    own, compiled = two_heads(Own), two_heads()
    own.compile(MVGH(keras.optimizers.SGD(0.1)), loss="mse")
    compiled.compile(MVGH(keras.optimizers.SGD(0.1)), loss="mae")
    for model in (own, compiled):
        model.train_on_batch(*data)
    for v, w in zip(values(own), values(compiled), strict=True):
        np.testing.assert_allclose(v, w, atol=1e-6)


def test_the_wrong_number_of_losses_is_told(data):
    model = two_heads()
    model.compile(MVGH("sgd", num_tasks=3), loss="mse")
    with pytest.raises(ValueError, match="one loss for each of the 3 tasks"):
        model.train_on_batch(*data)


def test_an_unknown_way_is_refused():
    model = two_heads()
    model.task_gradients = "magic"
    with pytest.raises(ValueError, match="slices"):
        model.compile(MVGH("sgd"), loss="mse")
