"""Every recipe runs as a user runs it: as a script, in a process of its own."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.weathers import WEATHERS

ROOT = Path(__file__).parents[2]
slow = pytest.mark.slow
once = pytest.mark.once


@pytest.fixture
def run(tmp_path):
    """Runs a recipe somewhere else than in the repository."""

    def run(name, *arguments, code=0):
        environment = {
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": str(ROOT),
        }
        environment.pop("MUIRF_DATA", None)
        process = subprocess.run(
            [sys.executable, ROOT / "recipes" / f"{name}.py", *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
        )
        assert process.returncode == code, process.stderr
        return process.stdout if code == 0 else process.stderr

    return run


def report_of(output):
    """The figures of the restored images, by the set's name."""
    lines = [
        line.strip("| ").split(" | ")
        for line in output.splitlines()
        if line.startswith("| ")
    ]
    assert lines[0][:3] == ["set", "images", "method"]
    by_set = {}
    for line in lines[2:]:
        by_set.setdefault(line[0], []).append(line)
    assert all(methods[0][2] == "input" for methods in by_set.values())
    return {name: methods[-1][1:] for name, methods in by_set.items()}


@pytest.mark.parametrize(
    "name, weathers, sets",
    [
        pytest.param("derain", ("rain",), 4, marks=once),
        pytest.param("desnow", ("snow",), 1, marks=[once, slow]),
        pytest.param("dehaze", ("haze",), 3, marks=[once, slow]),
        pytest.param("raindrop", ("raindrop",), 2, marks=[once, slow]),
        pytest.param("all_weather", WEATHERS, 10, marks=slow),
    ],
)
def test_smoke(run, tmp_path, name, weathers, sets):
    report = report_of(run(name, "--smoke", "--out", "run"))
    assert len(report) == sets
    figures = np.array([row[2:6] for row in report.values()], "float64")
    assert np.all(np.isfinite(figures))
    with open(tmp_path / "run" / "diagnostics.csv", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["name"] == "expert_load"]
    # Of scenes that are held out: without them there are no such rows.
    assert {row["task"] for row in rows} == {"", *weathers}
    restorer = MUIRFImageRestorer.from_preset(tmp_path / "run" / "preset")
    assert restorer.weathers == weathers
    image = np.full((20, 30, 3), 128, "uint8")
    assert restorer.restore(image).shape == image.shape


@slow
@once
def test_a_run_is_resumed_and_finished_once(run, tmp_path):
    arguments = ("--smoke", "--out", "run")
    first = run("derain", *arguments)
    budget = json.loads((tmp_path / "run" / "budget.json").read_text())
    assert "Epoch 1/" in first and budget["epochs"] == 1

    again = run("derain", *arguments)
    assert "Epoch" not in again
    assert report_of(again) == report_of(first)

    minutes = budget["minutes"] + 0.002
    more = run("derain", *arguments, "--minutes", str(minutes))
    assert "Epoch 2/" in more and "Epoch 1/" not in more
    assert report_of(more) != report_of(first)
    kept = json.loads((tmp_path / "run" / "budget.json").read_text())
    assert kept["minutes"] >= minutes
    with open(tmp_path / "run" / "log.csv", encoding="utf-8") as file:
        epochs = [int(row["epoch"]) for row in csv.DictReader(file)]
    assert epochs == list(range(kept["epochs"]))


@slow
def test_batches_can_be_made_on_the_device(run, tmp_path):
    arguments = ("--smoke", "--out", "run", "--on-device")
    output = run("dehaze", *arguments)
    assert "Epoch 1/" in output and len(report_of(output)) == 3
    minutes = json.loads((tmp_path / "run" / "budget.json").read_text())
    more = str(minutes["minutes"] + 0.002)
    assert "Epoch 2/" in run("dehaze", *arguments, "--minutes", more)


@slow
@once
def test_one_weather_of_a_preset_is_improved(run, tmp_path):
    start = "muirf_tiny_all_weather"
    arguments = ("--smoke", "--only", "snow")
    error = run("all_weather", *arguments, "--out", "none", code=2)
    assert "start" in error
    run("all_weather", *arguments, "--out", "run", "--start", start)
    old = MUIRFImageRestorer.from_preset(start)
    new = MUIRFImageRestorer.from_preset(tmp_path / "run" / "preset")
    changed = set()
    for before, after in zip(old.weights, new.weights, strict=True):
        if "/specific_" in before.path:
            same = np.asarray(before.numpy() == after.numpy())
            axes = tuple(range(1, same.ndim))
            changed |= set(np.flatnonzero(~same.all(axis=axes)).tolist())
        elif before.path.split("/")[-1] not in (
            "training_calls",
            "expert_load",
        ):
            np.testing.assert_array_equal(before.numpy(), after.numpy())
    assert changed == {WEATHERS.index("snow")}


def test_a_recipe_without_data_says_so(run):
    assert "--data" in run("desnow", code=2)
