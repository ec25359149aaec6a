import keras
import numpy as np
import pytest

from keras_muirf.optimizers import MVGH
from keras_muirf.trainers.task_batch import join_tasks
from keras_muirf.trainers.task_batch import split_tasks


def test_split_and_join_are_inverse():
    x = {"a": np.arange(6.0), "b": np.arange(12.0).reshape(6, 2)}
    y = np.arange(6.0) * 2
    parts = split_tasks((x, y), 3)
    assert parts[0][2] is None
    assert [len(part_y) for _, part_y, _ in parts] == [2, 2, 2]
    joined = join_tasks([part_x for part_x, _, _ in parts])
    for name in x:
        np.testing.assert_array_equal(joined[name], x[name])


@pytest.fixture
def compiled(make_model):
    model = make_model()
    model.compile(MVGH(keras.optimizers.SGD(0.1)), loss="mse")
    return model


def test_compile_tells_the_optimizer_the_number_of_tasks(compiled):
    assert compiled.optimizer.num_tasks == 3


def test_compile_tells_mvgh_which_variables_to_average(make_model, monkeypatch):
    model = make_model()
    monkeypatch.setattr(type(model), "averaged_variables", ("counter/",))
    model.compile(MVGH("sgd"), loss="mse")
    assert tuple(model.optimizer.averaged) == ("counter/",)
    model.compile(MVGH("sgd", averaged=["conv"]), loss="mse")
    assert list(model.optimizer.averaged) == ["conv"]


def test_every_model_has_to_name_its_tasks(compiled, data, monkeypatch):
    monkeypatch.setattr(type(compiled), "task_labels", lambda self, x: None)
    with pytest.raises(ValueError, match="no task labels.*own data"):
        compiled.train_on_batch(*data)


def test_a_missing_label_is_named(compiled, data, monkeypatch):
    monkeypatch.setattr(
        type(compiled), "task_labels", lambda self, x: x["weather"]
    )
    with pytest.raises(ValueError, match="'weather' is missing.*own data"):
        compiled.train_on_batch(*data)


def test_the_number_of_tasks_is_needed(make_model, data, monkeypatch):
    model = make_model()
    monkeypatch.setattr(type(model), "num_tasks", None)
    model.compile(MVGH(keras.optimizers.SGD(0.1)), loss="mse")
    with pytest.raises(ValueError, match="number of tasks"):
        model.train_on_batch(*data)


def test_the_batch_must_be_a_multiple_of_the_tasks(compiled, data):
    x, y = data
    x = {name: value[:5] for name, value in x.items()}
    with pytest.raises(ValueError, match="5 examples.*3 equal.*own data"):
        compiled.train_on_batch(x, y[:5])


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 1, 1, 2, 2],
        [1, 1, 0, 0, 2, 2],
        [0, 0, 0, 0, 2, 2],
        [-1, -1, 0, 0, 1, 1],
        [0, 0, 1, 1, -1, -1],
    ],
)
def test_labels_out_of_order_are_refused(compiled, data, fit, weights, labels):
    x, y = data
    x = {"image": x["image"][:6], "task": np.array(labels, "int32")}
    with pytest.raises(ValueError, match="one task only.*own data"):
        compiled.train_on_batch(x, y[:6])
    before = weights(compiled)
    with pytest.raises(ValueError, match="one task only.*own data"):
        fit(compiled, (x, y[:6]))
    np.testing.assert_array_equal(weights(compiled), before)


@pytest.mark.skipif(
    keras.config.backend() != "tensorflow", reason="about XLA in TensorFlow"
)
def test_compiled_by_xla_labels_out_of_order_give_no_loss_and_no_step(
    make_model, data
):
    model = make_model()
    model.compile(MVGH(keras.optimizers.SGD(0.1)), "mse", jit_compile=True)
    x, y = data
    x = {"image": x["image"][:6], "task": np.array([1, 1, 0, 0, 2, 2])}
    before = [v.numpy() for v in model.trainable_variables]
    assert np.isnan(model.train_on_batch(x, y[:6]))
    for variable, value in zip(model.trainable_variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


def test_another_optimizer_needs_no_order(make_model, data):
    model = make_model()
    model.compile("sgd", loss="mse")
    x, y = data
    x = {"image": x["image"][:5], "task": np.array([2, -1, 0, 0, 1], "int32")}
    assert np.isfinite(model.train_on_batch(x, y[:5]))
    assert model.task_gradient_optimizer is None
