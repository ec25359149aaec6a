"""The ablation itself, on a very small network."""

import json
import math
import os
import pathlib
import subprocess
import sys

import ablation_run
import kept_runs
import keras
import numpy as np
import pytest
from ablation_variants import ALL
from ablation_variants import DRY

from keras_muirf.metrics import image_quality
from keras_muirf.training import drawn_data

CHOSEN = ("specific_kernel", "specific_bias", "expert_scores", "score_bias")


def ablate(folder, *words):
    root = pathlib.Path(kept_runs.HERE).parent
    return subprocess.run(
        [
            sys.executable,
            kept_runs.HERE / "ablation.py",
            "--dry",
            "--jobs=1",
            f"--data={folder / 'data'}",
            f"--pool={folder / 'pool'}",
            f"--results={folder / 'results.json'}",
            "--variants=CPSM + MVGH",
            *words,
        ],
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": str(root),
        },
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_the_command_keeps_what_is_finished(tmp_path):
    drawn_data.draw(tmp_path / "data")
    results = tmp_path / "results.json"
    # No generator takes the first seed: that run fails.
    ran = ablate(tmp_path, "--seeds", "-1", "0")
    assert ran.returncode == 1
    log = ran.stderr.partition("seed -1 failed: see ")[2].split("\n")[0]
    assert "seed" in pathlib.Path(log).read_text()
    assert "**Networks**" in ran.stdout
    kept = json.loads(results.read_text())
    assert list(kept["runs"]) == ["CPSM + MVGH, seed 0"]
    run = kept["runs"]["CPSM + MVGH, seed 0"]
    assert run["backend"] == keras.config.backend()
    assert np.all(np.isfinite(run["losses"]))
    assert set(run["validation"]) == {"auto", "mixed", "given"}
    for crops in run["validation"].values():
        assert np.all(np.isfinite(list(crops.values())))
    for rows in run["test"].values():
        assert {one["weather"] for one in rows} == {"rain", "haze", "snow"}
    names = {name for name, *_ in run["figures"]}
    assert {"conflicts_after", "mask_variance", "weather_accuracy"} <= names

    # Finished: nothing is run, nothing is written.
    before = results.stat()
    assert ": done" not in ablate(tmp_path, "--seeds", "0").stdout
    assert results.stat() == before

    # As if the command had been stopped and its last run gone on without it.
    (left,) = (tmp_path / "pool").glob("*_MVGH-0.json")
    before = left.stat()
    results.unlink()
    assert "seed 0: done" in ablate(tmp_path, "--seeds", "0").stdout
    assert left.stat() == before
    assert json.loads(results.read_text())["runs"] == kept["runs"]


@pytest.fixture(scope="module")
def restorers():
    keras.utils.set_random_seed(0)
    return {
        variant: ablation_run.new_restorer(variant, DRY, 10, 1e-3)
        for variant in ("plain", "label-routed", "CPSM")
    }


def test_variants_use_the_same_convolutions(restorers):
    counts = {
        variant: sum(
            math.prod(weight.shape)
            for weight in restorer.trainable_weights
            if weight.name not in CHOSEN
        )
        for variant, restorer in restorers.items()
    }
    assert len(set(counts.values())) == 1
    configs = [config for config, _, _ in ALL.values()]
    known = [ALL[variant][0] for variant in restorers]
    assert all(config in known for config in configs)


def test_label_routing_has_as_many_specific_channels_as_cpsm_aims_at(restorers):
    fixed = restorers["label-routed"].backbone.cpsm_layers
    chosen = restorers["CPSM"].backbone.cpsm_layers
    for name, layer in fixed.items():
        assert layer.num_eligible
        expected = chosen[name].num_eligible * (
            1.0 - chosen[name].sharing_target
        )
        assert abs(layer.num_eligible - expected) <= 0.5


def test_validation_is_the_psnr_of_each_crop(restorers, rng):
    restorer = restorers["CPSM"]
    x, y = rng.integers(0, 256, (2, 1, 8, 16, 16, 3)).astype("uint8")
    found = ablation_run.validate(
        restorer, {"validation_x": x, "validation_y": y}
    )
    restored = restorer.restore(x[0])
    for k, weather in enumerate(restorer.weathers):
        expected = [
            image_quality.psnr(y[0, i], restored[i], "rgb")
            for i in (2 * k, 2 * k + 1)
        ]
        np.testing.assert_allclose(found[weather], expected, atol=6e-4)
    for told in ("given", "mixed"):
        assert found != ablation_run.validate(
            restorer, {"validation_x": x, "validation_y": y}, told
        )


def test_an_order_takes_every_batch_once_before_any_twice():
    order = ablation_run.order_of(batches=5, steps=12, seed=3)
    assert len(order) == 12
    for start in (0, 5):
        assert sorted(order[start : start + 5]) == list(range(5))
    np.testing.assert_array_equal(order, ablation_run.order_of(5, 12, 3))
    assert np.any(order != ablation_run.order_of(5, 12, 4))
