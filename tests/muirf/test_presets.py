import os
import shutil
import subprocess
import sys

import keras
import pytest

from keras_muirf import models
from keras_muirf.models.muirf_presets import PRESETS


def test_presets_are_listed(muirf, monkeypatch):
    listed = {
        "muirf_b": {"weathers": ("rain",), "params": 12345, "description": "B"},
        "muirf_a": {
            "weathers": ("rain", "snow"),
            "params": 678,
            "description": "The first.",
        },
    }
    monkeypatch.setattr(models, "list_presets", lambda: listed)
    done = muirf("presets")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "muirf_a\train, snow\t678\tThe first.",
        "muirf_b\train\t12,345\tB",
    ]


def test_presets_on_a_terminal(muirf, monkeypatch):
    from muirf import presets

    about = {"weathers": ("rain",), "params": 12345, "description": "Small."}
    monkeypatch.setattr(models, "list_presets", lambda: {"muirf_a": about})
    # CliRunner's output is no terminal.
    monkeypatch.setattr(presets, "_on_terminal", lambda: True)
    done = muirf("presets")
    assert done.exit_code == 0, done.output
    for word in ("Parameters", "muirf_a", "12,345", "Small."):
        assert word in done.stdout


def test_a_damaged_installation_is_one_line(muirf, monkeypatch):
    def missing():
        raise FileNotFoundError("it has no\n'metadata.json'")

    monkeypatch.setattr(models, "list_presets", missing)
    done = muirf("presets")
    assert done.exit_code == 1
    assert "it has no 'metadata.json'" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("MUIRF_HOME", str(tmp_path / "home"))
    return tmp_path / "home" / "presets"


def test_a_preset_is_added_listed_used_and_removed(muirf, preset, home, photos):
    done = muirf("presets", "add", preset, "--name", "mine")
    assert done.exit_code == 0, done.output
    assert done.stdout == "Added mine: muirf restore ... --preset mine\n"
    done = muirf("presets")
    assert f"Added from {preset}." in done.stdout
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == [
        "mine",
        *sorted(PRESETS),
    ]
    done = muirf("restore", "photos/a.png", "--preset", "mine")
    assert done.exit_code == 0, done.output
    again = muirf("presets", "add", preset, "--name", "mine")
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: There is a preset 'mine' already")
    again = muirf("presets", "add", preset, "--name", "mine", "--overwrite")
    assert again.exit_code == 0, again.output
    assert muirf("presets", "remove", "mine").stdout == "Removed mine.\n"
    gone = muirf("presets", "remove", "mine")
    assert gone.exit_code == 1
    assert len(gone.stderr.splitlines()) == 1


@pytest.mark.once
def test_a_damaged_added_preset_is_listed(muirf, preset, home, monkeypatch):
    muirf("presets", "add", preset, "--name", "mine")
    (home / "mine" / "task.json").write_text("{[red]")
    (home / "empty").mkdir()
    done = muirf("presets")
    assert done.exit_code == 0, done.output
    rows = dict(line.split("\t", 1) for line in done.stdout.splitlines())
    assert set(rows) == {"mine", "empty", *PRESETS}
    assert rows["mine"].startswith("-\t-\tDamaged: 'task.json' of the preset")
    assert "has no 'task.json'" in rows["empty"]
    monkeypatch.setattr("muirf.presets._on_terminal", lambda: True)
    assert muirf("presets").exit_code == 0


@pytest.fixture
def broken(preset, tmp_path):
    folder = shutil.copytree(preset, tmp_path / "broken")
    weights = folder / "model.weights.h5"
    weights.write_bytes(weights.read_bytes()[:1000])
    return folder


def is_one_line(stderr, *words):
    *before, error = stderr.splitlines()
    assert all(line.startswith("Backend: ") for line in before), before
    assert error.startswith("Error: ")
    for word in ("model.weights.h5", "fetch or save the preset anew", *words):
        assert word in error


@pytest.mark.once
def test_a_broken_preset_is_one_line(muirf, photos, home, broken):
    done = muirf("presets", "add", broken)
    assert done.exit_code == 1
    is_one_line(done.stderr, "was changed")
    assert list(home.iterdir()) == []
    (broken / "metadata.json").unlink()
    keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]).save_weights(
        broken / "model.weights.h5"
    )
    done = muirf("restore", "photos", "--preset", broken)
    assert done.exit_code == 1
    is_one_line(done.stderr, "another network's")


@pytest.mark.slow
@pytest.mark.once
def test_a_broken_preset_in_a_process_of_its_own(photos, broken):
    done = subprocess.run(
        [sys.executable, "-m", "muirf", "restore", "photos"]
        + ["--preset", str(broken)],
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
    )
    assert done.returncode == 1
    assert done.stdout == ""
    is_one_line(done.stderr, str(broken), "was changed")
