import keras
import numpy as np
import pytest

from keras_muirf.callbacks import Checkpoint
from keras_muirf.callbacks import NonFiniteGuard
from keras_muirf.callbacks import NonFiniteLoss
from keras_muirf.optimizers import MVGH
from keras_muirf.trainers import TaskGradientTrainer

STEPS = 6


class TaskModel(TaskGradientTrainer, keras.Model):
    num_tasks = 2

    def task_labels(self, x):
        return x["task"]


def new_model(optimizer):
    value = keras.Input((3,), name="value")
    task = keras.Input((), name="task", dtype="int32")
    model = TaskModel(
        {"value": value, "task": task}, keras.layers.Dense(1)(value)
    )
    model.compile(optimizer, "mse", metrics=["mae"])
    return model


def data(bad=(), examples=slice(None)):
    """Batches of four, of two tasks; in steps `bad` with NaN."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(STEPS, 4, 3)).astype("float32")
    for step in bad:
        x[step, examples] = np.nan
    task = np.tile([0, 0, 1, 1], STEPS).astype("int32")
    y = rng.normal(size=(STEPS * 4, 1)).astype("float32")
    return {"value": x.reshape(-1, 3), "task": task}, y


def fit(model, data, guard, epochs=1, callbacks=()):
    return model.fit(
        *data,
        batch_size=4,
        shuffle=False,
        epochs=epochs,
        verbose=0,
        callbacks=[guard, *callbacks],
    )


def rule():
    return MVGH(keras.optimizers.SGD(0.01))


def test_steps_that_a_rule_left_out_are_counted_and_not_averaged(caplog):
    guard = NonFiniteGuard()
    model = new_model(rule())
    # The second task of two steps.
    history = fit(model, data([1, 4], slice(2, 4)), guard).history
    assert guard.bad_steps == 2 and history["bad_steps"] == [2]
    assert all(np.isfinite(w).all() for w in model.get_weights())
    (record,) = [r for r in caplog.records if r.name == "keras_muirf"]
    assert "in step 2 of epoch 1" in record.getMessage()

    # The means are those of the good steps.
    again = new_model(rule())
    losses = []
    means = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: losses.append(logs["loss"])
    )
    again.set_weights([np.zeros_like(w) for w in again.get_weights()])
    x, y = data([1, 4], slice(2, 4))
    history = fit(again, (x, y), NonFiniteGuard(), callbacks=[means]).history
    assert np.isfinite(history["loss"][0]) and np.isfinite(history["mae"][0])
    parts = [losses[0], losses[3], losses[5]]
    assert np.isnan([losses[1], losses[4]]).all()
    expected = (parts[0] * 1 + parts[1] * 2 + parts[2] * 1) / 4
    assert history["loss"][0] == pytest.approx(expected, rel=1e-6)


def test_good_steps_are_logged_as_without_it():
    model = new_model(rule())
    weights = model.get_weights()
    guarded = fit(model, data(), NonFiniteGuard()).history
    again = new_model(rule())
    again.set_weights(weights)
    plain = fit(again, data(), keras.callbacks.Callback()).history
    assert guarded == plain


def test_an_epoch_without_a_good_step_has_no_mean():
    guard = NonFiniteGuard(patience=STEPS + 1)
    history = fit(new_model(rule()), data(range(STEPS)), guard).history
    assert np.isnan(history["loss"]).all() and np.isnan(history["mae"]).all()


def test_training_is_stopped_after_too_many_in_a_row(tmp_path):
    guard = NonFiniteGuard(patience=3)
    checkpoint = Checkpoint(tmp_path)
    model = new_model(rule())
    fit(model, data(), guard, callbacks=[checkpoint])
    files = checkpoint.files()
    # Two in a row are borne.
    fit(model, data([1, 2, 4, 5]), guard)
    # Across an epoch's end, too: the last two and the first of this one.
    with pytest.raises(NonFiniteLoss, match="3 times in a row"):
        fit(model, data([0]), guard, callbacks=[checkpoint])
    assert guard.bad_steps == 5
    assert checkpoint.files() == files

    restored = NonFiniteGuard(patience=3)
    restored.set_state(guard.get_state())
    assert restored.bad_steps == 5


def test_weights_that_are_lost_stop_it_at_once(tmp_path):
    checkpoint = Checkpoint(tmp_path)
    model = new_model(keras.optimizers.SGD(0.01))
    fit(model, data(), NonFiniteGuard(), callbacks=[checkpoint])
    kept = model.get_weights()
    with pytest.raises(NonFiniteLoss, match="step 4 of epoch 1.*weights"):
        fit(model, data([3]), NonFiniteGuard(), callbacks=[checkpoint])
    assert not np.isfinite(model.get_weights()[0]).all()
    assert checkpoint.restore(model) == 1
    for weight, good in zip(model.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(weight, good)


def test_an_absurd_learning_rate_is_stopped():
    model = new_model(keras.optimizers.SGD(1e30))
    with pytest.raises(NonFiniteLoss, match="Lower the learning rate"):
        fit(model, data(), NonFiniteGuard(), epochs=50)


def test_patience_has_to_be_something():
    with pytest.raises(ValueError, match="Received: patience=0"):
        NonFiniteGuard(0)
