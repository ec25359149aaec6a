import json
import types

import keras
import numpy as np
import pytest

from keras_muirf.callbacks import TimeBudget
from keras_muirf.callbacks import time_budget

BATCHES = 4


class Steps(keras.callbacks.Callback):
    """Every batch takes an eighth of a minute, and every epoch's end an hour.

    It notes the learning rates and breaks off at batch `fail_at`.
    """

    def __init__(self, clock, fail_at=None):
        super().__init__()
        self.clock = clock
        self.fail_at = fail_at
        self.rates = []

    def on_train_batch_begin(self, batch, logs=None):
        if len(self.rates) == self.fail_at:
            raise InterruptedError
        self.clock.now += 7.5

    def on_train_batch_end(self, batch, logs=None):
        rate = self.model.optimizer.learning_rate
        self.rates.append(float(keras.ops.convert_to_numpy(rate)))

    def on_epoch_end(self, epoch, logs=None):
        self.clock.now += 3600.0


@pytest.fixture
def clock(monkeypatch):
    clock = types.SimpleNamespace(now=0.0, monotonic=lambda: clock.now)
    monkeypatch.setattr(time_budget, "time", clock)
    return clock


@pytest.fixture
def filepath(tmp_path):
    return tmp_path / "run" / "budget.json"


def build_model():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(), loss="mse")
    return model


def fit(model, budget, steps, batches=BATCHES, callbacks=()):
    x = np.ones((batches, 2), "float32")
    return model.fit(
        x,
        x[:, :1],
        batch_size=1,
        epochs=budget.epochs,
        callbacks=[*callbacks, budget, steps],
        verbose=0,
    )


def test_learning_rate_rises_and_falls_over_the_minutes(clock, filepath):
    steps = Steps(clock)
    budget = TimeBudget(1.0, 0.1, filepath, warmup=0.25)
    fit(build_model(), budget, steps)
    # The first batch is not counted, so the second still begins at zero.
    warmup = [0.001, 0.001, 0.0480970]
    cosine = [0.0853553, 0.0691342, 0.05, 0.0308658, 0.0146447, 0.0038060]
    np.testing.assert_allclose(steps.rates, warmup + cosine, rtol=1e-4)
    assert budget.progress == 1.0 and budget.spent


def test_only_training_is_counted_and_kept(clock, filepath):
    fit(build_model(), TimeBudget(1.0, 0.1, filepath), Steps(clock))
    kept = json.loads(filepath.read_text())
    assert kept == {"minutes": 1.0, "epochs": 3}
    assert [path.name for path in filepath.parent.iterdir()] == ["budget.json"]


def test_epochs_of_one_batch_end_too(clock, filepath):
    steps = Steps(clock)
    fit(build_model(), TimeBudget(1.0, 0.1, filepath), steps, batches=1)
    assert len(steps.rates) == 9


def test_stages_share_one_schedule(clock, filepath):
    model = build_model()
    first, second = Steps(clock), Steps(clock)
    fit(model, TimeBudget(1.0, 0.1, filepath, stop_at=0.5), first)
    assert json.loads(filepath.read_text())["minutes"] == 0.5
    fit(model, TimeBudget(1.0, 0.1, filepath), second)
    assert (len(first.rates), len(second.rates)) == (5, 5)
    assert second.rates[0] == pytest.approx(0.05)


def test_an_interrupted_run_goes_on(clock, filepath):
    def backup():
        return keras.callbacks.BackupAndRestore(
            str(filepath.parent / "backup"), delete_checkpoint=False
        )

    # In the third epoch, which is lost; of the other two seven batches count.
    steps = Steps(clock, fail_at=2 * BATCHES + 1)
    with pytest.raises(InterruptedError):
        fit(
            build_model(),
            TimeBudget(2.0, 0.1, filepath),
            steps,
            callbacks=[backup()],
        )
    assert json.loads(filepath.read_text())["epochs"] == 2

    model, steps = build_model(), Steps(clock)
    budget = TimeBudget(2.0, 0.1, filepath)
    assert budget.used == 0.875
    history = fit(model, budget, steps, callbacks=[backup()])
    assert history.epoch[0] == 2
    assert len(steps.rates) == 10
    iterations = keras.ops.convert_to_numpy(model.optimizer.iterations)
    assert iterations == 2 * BATCHES + 10

    # Spent: started again it restores and trains nothing.
    again, steps = build_model(), Steps(clock)
    budget = TimeBudget(2.0, 0.1, filepath)
    assert budget.epochs == 0
    fit(again, budget, steps, callbacks=[backup()])
    assert steps.rates == []
    for restored, trained in zip(again.weights, model.weights, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(restored),
            keras.ops.convert_to_numpy(trained),
        )

    # More minutes than it began with.
    assert TimeBudget(4.0, 0.1, filepath).progress == 0.5


def test_a_failed_write_leaves_the_file_as_it_was(filepath, monkeypatch):
    budget = TimeBudget(1.0, 0.1, filepath)
    budget.used = 0.25
    budget.on_epoch_end(0)

    def fail(record, file):
        file.write('{"minu')
        raise OSError("disk full")

    monkeypatch.setattr(time_budget.json, "dump", fail)
    with pytest.raises(OSError, match="disk full"):
        budget.on_epoch_end(1)
    assert TimeBudget(1.0, 0.1, filepath).used == 0.25


@pytest.mark.parametrize(
    "name, value",
    [
        ("minutes", 0.0),
        ("minutes", float("nan")),
        ("minutes", float("inf")),
        ("learning_rate", -0.1),
        ("learning_rate", float("nan")),
        ("warmup", 1.0),
        ("warmup", -0.1),
        ("stop_at", 0.0),
        ("stop_at", 1.5),
    ],
)
def test_impossible_arguments(filepath, name, value):
    arguments = {"minutes": 1.0, "learning_rate": 0.1, name: value}
    with pytest.raises(ValueError, match=f"`{name}` .* Received: {name}="):
        TimeBudget(filepath=filepath, **arguments)


@pytest.mark.parametrize("text", ["", "[]", '{"epochs": 3}', '{"minutes": {}}'])
def test_a_file_that_is_none_of_its_own(tmp_path, text):
    path = tmp_path / "other.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="TimeBudget wrote.*other.json"):
        TimeBudget(1.0, 0.1, path)
