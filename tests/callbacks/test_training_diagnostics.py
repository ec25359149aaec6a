"""What the callback writes, against NumPy on the same run."""

import csv
import struct

import keras
import numpy as np
import pytest
from small import small_backbone

from keras_muirf.callbacks import TrainingDiagnostics
from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.optimizers import MVGH
from keras_muirf.optimizers import MeanGradient
from keras_muirf.trainers import TaskGradientTrainer


def batch(rng, images=8, size=16):
    y = rng.uniform(size=(images, size, size, 3)).astype("float32")
    x = np.clip(y + rng.normal(0.0, 0.1, y.shape), 0, 1).astype("float32")
    weather = np.repeat(np.arange(4), images // 4).astype("int32")
    return {"image": x, "weather": weather}, y


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A restorer after two epochs of one step, its data and its figures."""
    folder = tmp_path_factory.mktemp("run")
    keras.utils.set_random_seed(0)
    data = batch(np.random.default_rng(0))
    restorer = MUIRFImageRestorer(
        small_backbone(widths=(8,), encoder_blocks=(), decoder_blocks=())
    )
    restorer.compile(MeanGradient(keras.optimizers.SGD(0.01)), loss="mse")
    history = restorer.fit(
        *data,
        batch_size=8,
        epochs=2,
        shuffle=False,
        verbose=0,
        callbacks=[
            TrainingDiagnostics(
                folder / "diagnostics.csv",
                probe=data,
                every=1,
                tensorboard=folder / "events",
            )
        ],
    ).history
    return restorer, data, folder, history


def rows_of(folder, epoch):
    with open(folder / "diagnostics.csv", encoding="utf-8") as file:
        return {
            (r["name"], r["layer"], r["task"], r["other"]): float(r["value"])
            for r in csv.DictReader(file)
            if int(r["epoch"]) == epoch
        }


def test_figures_of_gradients(trained):
    restorer, _, folder, _ = trained
    rows = rows_of(folder, 1)
    # One step an epoch: the rule still holds the last one's.
    G = restorer.optimizer.last_gramian.numpy()[0].astype("float64")
    norms = np.sqrt(np.diagonal(G))
    names = restorer.weathers
    for k, task in enumerate(names):
        np.testing.assert_allclose(
            rows["gradient_norm", "", task, ""], norms[k], rtol=1e-4
        )
        for j in range(k):
            np.testing.assert_allclose(
                rows["gradient_cosine", "", names[j], task],
                G[j, k] / norms[j] / norms[k],
                atol=1e-4,
            )
    pairs = G[np.triu_indices(4, 1)]
    assert rows["conflicts_before", "", "", ""] == pytest.approx(
        np.mean(pairs < 0), abs=1e-6
    )
    assert rows["conflicts_after", "", "", ""] == pytest.approx(
        np.mean(G.sum(axis=0) < 0), abs=1e-6
    )
    assert rows["norm_imbalance", "", "", ""] == pytest.approx(
        norms.max() / norms.min(), rel=1e-4
    )


class Lines(TaskGradientTrainer, keras.Model):
    """Fits `y = w x`, whose gradients NumPy can tell."""

    num_tasks = 3

    def task_labels(self, x):
        return x["task"]


PAIRS = [(0, 1), (0, 2), (1, 2)]
STEPS, ROWS, SIZE, RATE = 5, 4, 6, 0.01


def fit_lines(optimizer, rng, path, **kwargs):
    """Fits three lines at once; returns `w` before it, and the data."""
    x = rng.normal(size=(STEPS, 3, ROWS, SIZE)).astype("float32")
    scale = [[1.0], [2.0], [9.0]]
    y = rng.normal(scale=scale, size=(STEPS, 3, ROWS)).astype("float32")
    inputs = {
        "x": keras.Input((SIZE,), name="x"),
        "task": keras.Input((), name="task", dtype="int32"),
    }
    dense = keras.layers.Dense(1, use_bias=False)
    model = Lines(inputs, dense(inputs["x"]))
    model.compile(optimizer, loss="mse")
    w = dense.kernel.numpy()[:, 0].astype("float64")
    task = np.tile(np.repeat(np.arange(3), ROWS), STEPS).astype("int32")
    model.fit(
        {"x": x.reshape(-1, SIZE), "task": task},
        y.reshape(-1, 1),
        batch_size=3 * ROWS,
        shuffle=False,
        verbose=0,
        callbacks=[TrainingDiagnostics(path, every=2, **kwargs)],
    )
    return w, x, y


def test_figures_of_gradients_that_numpy_computes(tmp_path, rng):
    optimizer = MeanGradient(keras.optimizers.SGD(RATE))
    w, x, y = fit_lines(optimizer, rng, tmp_path / "diagnostics.csv")
    cosines, imbalance, before, after = [], [], [], []
    for step in range(STEPS):
        g = np.stack(
            [
                2 / ROWS * x[step, k].T @ (x[step, k] @ w - y[step, k])
                for k in range(3)
            ]
        )
        mean = g.mean(axis=0)
        w -= RATE * mean
        if step in (1, 3, 4):  # every second one, and the last
            norm = np.linalg.norm(g, axis=1)
            cosines.append([g[i] @ g[j] / norm[i] / norm[j] for i, j in PAIRS])
            imbalance.append(norm.max() / norm.min())
            before += [g[i] @ g[j] < 0 for i, j in PAIRS]
            after += list(g @ mean < 0)
    rows = rows_of(tmp_path, 0)
    for (i, j), value in zip(PAIRS, np.mean(cosines, axis=0), strict=True):
        row = rows["gradient_cosine", "", f"task {i}", f"task {j}"]
        assert row == pytest.approx(value, abs=1e-4)
    for name, value in (
        ("norm_imbalance", np.prod(imbalance) ** (1 / 3)),
        ("conflicts_before", np.mean(before)),
        ("conflicts_after", np.mean(after)),
    ):
        assert rows[name, "", "", ""] == pytest.approx(value, rel=1e-3)
    # There was something to see.
    assert 0 < np.mean(before) < 1 and 0 < np.mean(after) < 1


def test_a_rule_that_leaves_no_conflict(tmp_path, rng):
    fit_lines(MVGH("sgd"), rng, tmp_path / "diagnostics.csv")
    rows = rows_of(tmp_path, 0)
    assert rows["conflicts_before", "", "", ""] > 0
    assert rows["conflicts_after", "", "", ""] == 0


def test_weights_and_biases(tmp_path, rng, monkeypatch):
    wandb = pytest.importorskip("wandb")
    monkeypatch.setenv("WANDB_SILENT", "true")
    path = tmp_path / "diagnostics.csv"
    with pytest.raises(ValueError, match="wandb.init"):
        fit_lines(MVGH("sgd"), rng, path, wandb=True)
    with wandb.init(mode="offline", dir=tmp_path, project="test") as run:
        fit_lines(MVGH("sgd"), rng, path, wandb=True)
        logged = dict(run.summary)
    rows = rows_of(tmp_path, 0)
    assert logged["epoch"] == 0 and logged["step"] == STEPS
    assert logged["gradient_cosine/task 0-task 1"] == pytest.approx(
        rows["gradient_cosine", "", "task 0", "task 1"], abs=1e-5
    )


def test_figures_of_routing(trained):
    restorer, (x, _), folder, history = trained
    rows = rows_of(folder, 1)
    _, routing = restorer.restore(x["image"], return_routing=True)
    right = np.argmax(routing["weather"], axis=1) == x["weather"]
    assert rows["weather_accuracy", "", "", ""] == pytest.approx(right.mean())
    assert history["weather_accuracy"][1] == pytest.approx(right.mean())
    for layer, mask in routing["mask"].items():
        n = restorer.backbone.cpsm_layers[layer].num_eligible
        mask = np.asarray(mask)[:, :n]
        rain = mask[x["weather"] == 0]
        assert rows["shared_fraction", layer, "rain", ""] == pytest.approx(
            rain.mean(), abs=1e-5
        )
        assert rows["mask_variance", layer, "", ""] == pytest.approx(
            mask.var(axis=0).mean(), abs=1e-5
        )
    load = [
        v
        for (name, _, task, _), v in rows.items()
        if name == "expert_load" and not task
    ]
    assert sum(load) == pytest.approx(1.0, abs=1e-4)


def test_tensorboard_can_read_its_file(trained):
    _, _, folder, _ = trained
    event_pb2 = pytest.importorskip("tensorboard.compat.proto.event_pb2")
    (path,) = (folder / "events").iterdir()
    content, tags = path.read_bytes(), {}
    while content:
        (length,) = struct.unpack("<Q", content[:8])
        event = event_pb2.Event.FromString(content[12 : 12 + length])
        for value in event.summary.value:
            tags[value.tag] = value.simple_value
        content = content[16 + length :]
    rows = rows_of(folder, 1)
    assert tags["gradient_cosine/rain-snow"] == pytest.approx(
        rows["gradient_cosine", "", "rain", "snow"], abs=1e-5
    )


def test_an_epoch_that_is_trained_again_is_not_there_twice(trained, capfd):
    restorer, data, folder, _ = trained
    before = rows_of(folder, 0)
    restorer.fit(
        *data,
        batch_size=8,
        initial_epoch=1,
        epochs=2,
        shuffle=False,
        verbose=0,
        callbacks=[TrainingDiagnostics(folder / "diagnostics.csv", probe=data)],
    )
    with open(folder / "diagnostics.csv", encoding="utf-8") as file:
        rows = [tuple(r.values())[:6] for r in csv.DictReader(file)]
    places = [(r[0], *r[2:]) for r in rows]
    assert len(places) == len(set(places))
    assert rows_of(folder, 0) == before
    said = capfd.readouterr().out
    assert "of pairs conflict" in said and "weather seen in" in said


def test_any_model_and_a_plain_optimizer(tmp_path, capfd):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    path = tmp_path / "d.csv"
    model.fit(
        np.ones((4, 2)),
        np.ones((4, 1)),
        verbose=0,
        callbacks=[TrainingDiagnostics(path)],
    )
    assert "keeps no inner products" in capfd.readouterr().out
    assert "learning_rate" in path.read_text()


def test_bad_arguments(tmp_path):
    with pytest.raises(ValueError, match="every=0"):
        TrainingDiagnostics(every=0)
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="another file"):
        TrainingDiagnostics(other)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(MVGH("sgd", num_tasks=2), "mse")
    with pytest.raises(ValueError, match="models that route"):
        model.fit(
            np.ones((4, 2)),
            np.ones((4, 1)),
            verbose=0,
            callbacks=[TrainingDiagnostics(probe=np.ones((1, 8, 8, 3)))],
        )
