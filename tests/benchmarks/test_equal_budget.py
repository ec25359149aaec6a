"""The networks of equal multiply-adds, and their comparison."""

import json
import os
import pathlib
import subprocess
import sys

import equal_budget_networks as networks
import keras
import numpy as np
import peers
import pytest

from keras_muirf.training import drawn_data

NETWORKS = networks.NETWORKS
BENCHMARKS = pathlib.Path(networks.__file__).parent


@pytest.mark.slow
def test_the_budgets_are_equal():
    counts = {name: networks.multiply_adds(name, "full") for name in NETWORKS}
    for count in counts.values():
        assert count == pytest.approx(counts["MUIRF"], rel=0.02)


@pytest.mark.parametrize("name", ["NAFNet", "Restormer"])
def test_peers_take_images_of_any_size(name, rng):
    model = networks.new_model(name, "dry")
    peer = networks.as_restorer(name, "dry", model)
    for size in ((1, 1), (13, 22)):
        x = rng.integers(0, 256, (4, *size, 3), dtype="uint8")
        restored = peer.restore(x)
        assert restored.shape == x.shape and restored.dtype == x.dtype
    # All that is learned takes part, once the branches are not scaled by zero.
    for weight in model.trainable_weights:
        if weight.name == "scale":
            weight.assign(np.ones(weight.shape))
    x = rng.random((4, 8, 8, 3), "float32")
    model.compile("sgd", "mse")
    before = [np.array(w) for w in model.trainable_weights]
    model.train_on_batch(x, rng.random(x.shape, "float32"))
    unchanged = [
        weight.path
        for weight, old in zip(model.trainable_weights, before, strict=True)
        if np.array_equal(np.array(weight), old)
    ]
    assert not unchanged


def test_transposed_attention_is_what_the_paper_says(rng):
    heads, channels, height, width = 2, 6, 4, 5
    layer = peers.TransposedAttention(heads)
    x = rng.normal(size=(2, height, width, 3 * channels)).astype("float32")
    layer.build(x.shape)
    temperature = rng.random((heads, 1, 1)).astype("float32")
    layer.temperature.assign(temperature)
    found = keras.ops.convert_to_numpy(layer(x))
    for image, result in zip(x, found, strict=True):
        q, k, v = np.split(image.reshape(-1, 3 * channels).T, 3)
        expected = []
        for head in range(heads):
            rows = slice(3 * head, 3 * head + 3)
            a, b = q[rows], k[rows]
            a = a / np.linalg.norm(a, axis=1, keepdims=True)
            b = b / np.linalg.norm(b, axis=1, keepdims=True)
            scores = np.exp(a @ b.T * temperature[head])
            expected.append(scores / scores.sum(1, keepdims=True) @ v[rows])
        expected = np.concatenate(expected).T.reshape(result.shape)
        np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_the_command_compares_and_keeps(tmp_path):
    drawn_data.draw(tmp_path / "data")
    page = tmp_path / "page.md"
    page.write_text(
        "Above\n<!-- tables: begin -->\n<!-- tables: end -->\nBelow"
    )
    done = subprocess.run(
        [
            *(sys.executable, BENCHMARKS / "equal_budget.py", "--dry"),
            *("--jobs=1", "--seeds=0", f"--data={tmp_path / 'data'}"),
            *(f"--pool={tmp_path / 'pool'}", f"--markdown={page}"),
            *(f"--results={tmp_path / 'results.json'}", "--cost"),
            f"--plot={tmp_path / 'plot.png'}",
        ],
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": str(BENCHMARKS.parent),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    kept = json.loads((tmp_path / "results.json").read_text())
    assert sorted(kept["runs"]) == sorted(f"{n}, seed 0" for n in NETWORKS)
    for run in kept["runs"].values():
        assert np.all(np.isfinite(run["losses"]))
        assert set(run["validation"]) == {"auto"}
    assert {row["network"] for row in kept["cost"]} == set(NETWORKS)
    assert all(row["peak memory, MB"] >= 0 for row in kept["cost"])
    text = page.read_text()
    assert text.startswith("Above") and text.endswith("Below")
    assert "MUIRF against the others" in text
    assert (tmp_path / "plot.png").stat().st_size > 1000
