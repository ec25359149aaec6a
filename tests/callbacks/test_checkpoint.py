import random

import keras
import numpy as np
import pytest

from keras_muirf.callbacks import Checkpoint
from keras_muirf.callbacks import DamagedCheckpoint
from keras_muirf.callbacks import EpochLog
from keras_muirf.callbacks import NonFiniteWeights
from keras_muirf.callbacks import NoSpaceLeft
from keras_muirf.callbacks import StepBudget


def new_model(units=3, optimizer=keras.optimizers.Adam):
    # Other initial weights and seeds every time.
    model = keras.Sequential(
        [
            keras.Input((4,)),
            keras.layers.Dense(units),
            keras.layers.BatchNormalization(),
            # Keras leaves the state of its random numbers out of weights files.
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer(), "mse")
    return model


class RandomNumbers(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.drawn = []

    def on_epoch_end(self, epoch, logs=None):
        self.drawn.append((random.random(), np.random.random()))


def session(folder, epochs, model=None):
    """One session of a run: a checkpoint, a schedule and a log."""
    model = model or new_model()
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 4)), rng.normal(size=(8, 1))
    schedule = StepBudget(8, 0.1, warmup=0.5)
    log = EpochLog(folder / "log.csv")
    checkpoint = Checkpoint(
        folder / "checkpoints", {"schedule": schedule, "log": log}
    )
    numbers = RandomNumbers()
    model.fit(
        x,
        y,
        batch_size=4,
        shuffle=False,
        initial_epoch=checkpoint.restore(model),
        epochs=epochs,
        callbacks=[numbers, schedule, log, checkpoint],
        verbose=0,
    )
    return numbers.drawn


def newest(folder):
    (path, *_) = Checkpoint(folder / "checkpoints").files()
    with open(path, "rb") as file:
        return file.read()


def scaled_adam():
    return keras.optimizers.LossScaleOptimizer(
        keras.optimizers.Adam(), dynamic_growth_steps=3
    )


@pytest.mark.parametrize("optimizer", [keras.optimizers.Adam, scaled_adam])
def test_an_interrupted_run_ends_with_the_same_bits(tmp_path, optimizer):
    whole, parts = tmp_path / "whole", tmp_path / "parts"

    def part(folder, epochs, seed):
        keras.utils.set_random_seed(seed)
        return session(folder, epochs, new_model(optimizer=optimizer))

    straight = part(whole, 4, seed=1)
    drawn = part(parts, 2, seed=1) + part(parts, 4, seed=2)
    assert drawn == straight
    for name in ("epoch-000003.zip", "epoch-000004.zip"):
        a, b = (f / "checkpoints" / name for f in (whole, parts))
        arrays = [_arrays(path) for path in (a, b)]
        assert arrays[0] == arrays[1]
    assert (whole / "log.csv").read_bytes() == (parts / "log.csv").read_bytes()


def _arrays(path):
    from keras_muirf.callbacks.checkpoint_file import read_checkpoint

    arrays, state = read_checkpoint(path)
    assert len(arrays) > 20
    return [array.tobytes() for _, array in arrays], state


def test_what_was_logged_after_the_checkpoint_is_cut_off(tmp_path):
    session(tmp_path, 1)
    log = tmp_path / "log.csv"
    before = log.read_text()
    log.write_text(before + "1,0.1,0.")
    session(tmp_path, 1)
    assert log.read_text() == before


@pytest.mark.parametrize("damage", ["cut", "empty", "spoilt"])
def test_a_damaged_file_leaves_the_one_before(tmp_path, caplog, damage):
    session(tmp_path, 3)
    checkpoint = Checkpoint(tmp_path / "checkpoints")
    path, before = checkpoint.files()
    with open(path, "r+b") as file:
        if damage == "spoilt":
            file.seek(10_000)
            file.write(bytes(200))
        else:
            file.truncate(1000 if damage == "cut" else 0)
    model = new_model()
    assert checkpoint.restore(model) == 2
    (record,) = [r for r in caplog.records if r.name == "keras_muirf"]
    assert "epoch-000003.zip is no whole checkpoint" in record.getMessage()
    session(tmp_path, 4, model)
    assert [p[-8:] for p in checkpoint.files()] == ["0004.zip", "0003.zip"]

    for file in checkpoint.files():
        with open(file, "r+b") as file:
            file.truncate(10)
    with pytest.raises(DamagedCheckpoint, match="None of the 2 checkpoints"):
        checkpoint.restore(model)


def test_files_of_others_and_unfinished_ones_are_passed_over(tmp_path):
    checkpoint = Checkpoint(tmp_path)
    assert checkpoint.files() == [] and checkpoint.restore(None) == 0
    for name in ("epoch-000009.zip.part", "epoch-9.zip", "notes.txt"):
        (tmp_path / name).write_text("?")
    assert checkpoint.restore(None) == 0


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_not_written(tmp_path, value):
    model = new_model()
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save(model, 1)
    kernel = model.layers[0].kernel
    spoilt = np.array(keras.ops.convert_to_numpy(kernel))
    spoilt[0, 0] = value
    kernel.assign(spoilt)
    with pytest.raises(NonFiniteWeights, match=f"{kernel.path} is not finite"):
        checkpoint.save(model, 2)
    assert checkpoint.epoch == 1
    assert len(checkpoint.files()) == 1


def test_a_full_disk_leaves_the_last_one(tmp_path, full_disk):
    session(tmp_path, 2)
    files = Checkpoint(tmp_path / "checkpoints").files()
    content = newest(tmp_path)
    with full_disk(5000), pytest.raises(NoSpaceLeft, match="epoch-000003.zip"):
        session(tmp_path, 3)
    assert Checkpoint(tmp_path / "checkpoints").files() == files
    assert newest(tmp_path) == content
    assert not list(tmp_path.rglob("*.part"))
    # There is room again.
    session(tmp_path, 3)
    epochs = [row[0] for row in (tmp_path / "log.csv").open()]
    assert epochs == ["e", "0", "1", "2"]


def test_another_network_is_refused(tmp_path):
    checkpoint = Checkpoint(tmp_path)
    checkpoint.save(new_model(), 1)
    before = new_model(5)
    kept = [np.array(w) for w in before.get_weights()]
    with pytest.raises(ValueError, match="of another network or optimizer"):
        checkpoint.restore(before)
    for a, b in zip(before.get_weights(), kept, strict=True):
        np.testing.assert_array_equal(a, b)
    with pytest.raises(ValueError, match="Received: keep=0"):
        Checkpoint(tmp_path, keep=0)


def test_one_process_of_several_writes(tmp_path):
    Checkpoint(tmp_path, writes=False).save(new_model(), 1)
    assert list(tmp_path.iterdir()) == []
