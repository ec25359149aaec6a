"""The command in this process; runs that survive are in tests/training."""

import csv
import json
import sys

import keras
import pytest

from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.training.drawn_data import draw
from muirf.train import named_recipes

# PyTorch compiles nothing.
slow_to_compile = (
    pytest.mark.slow if keras.config.backend() != "torch" else lambda test: test
)
RECIPES = ["all_weather", "dehaze", "derain", "desnow", "raindrop"]


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MUIRF_DATA", raising=False)
    return tmp_path


def test_recipes_are_listed(muirf):
    done = muirf("train", "--list")
    assert done.exit_code == 0
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert [line[0] for line in lines] == RECIPES == list(named_recipes())
    assert all(len(line[1]) > 10 for line in lines)


def test_parameters_are_listed(muirf, place):
    done = muirf("train", "derain", "--parameters")
    assert done.exit_code == 0
    assert "--learning-rate" in done.stdout


@pytest.mark.parametrize(
    "words, code, messages",
    [
        ([], 2, ["Name a recipe", "derain"]),
        (["derrain"], 2, ["'derrain'", "derain", "desnow"]),
        (
            ["derain", "--set", "sizee=tiny"],
            2,
            ["names are bad_steps, crop_size"],
        ),
        (["derain", "--set", "size=huge"], 2, ["tiny, small, base"]),
        (["derain", "--set", "minutes=abc"], 2, ["a number above 0"]),
        (["derain"], 2, ["--data"]),
        (["derain", "--set", "data=."], 1, ["bsds500"]),
        (["--resume", "nowhere"], 2, ["'nowhere' holds no run"]),
    ],
)
def test_what_is_wrong_is_one_line(muirf, place, words, code, messages):
    done = muirf("train", *words)
    assert done.exit_code == code
    lines = done.stderr.splitlines()
    assert lines[-1].startswith("Error: ")
    assert sum("Error" in line for line in lines) == 1
    for message in messages:
        assert message in lines[-1]


@pytest.mark.every_backend
@slow_to_compile
def test_a_run_is_made_and_resumed(muirf, place):
    data = draw(place / "data")
    damaged = data / "train" / "clean" / "bsds500" / "0.png"
    # Both sides of the split may have it, so that both photographs train.
    recipe = place / "mine.py"
    text = named_recipes()["desnow"].read_text(encoding="utf-8")
    recipe.write_text(
        text.replace("photographs, held_out = ", "photographs = held_out = ")
        .replace(".split(0.05)", "")
        .replace("training.report(", "print("),
        encoding="utf-8",
    )
    damaged.write_bytes(damaged.read_bytes()[:100])
    options = ["--set", "smoke=true", "--set", f"data={data}", "--out", "run"]
    before = list(sys.path), list(sys.argv)
    done = muirf("train", recipe, *options, "--set", "steps=6")
    assert done.exit_code == 0, done.stderr
    assert (list(sys.path), list(sys.argv)) == before
    assert "Trained 3 epochs, 6 steps." in done.stdout
    # Named when it was met, and at the end.
    aside = [x for x in done.stderr.splitlines() if "Set aside" in x]
    assert len(aside) == 1 and "bsds500/0.png" in aside[0]
    assert "Images that could not be read: 1." in done.stdout
    kept = json.loads((place / "run" / "run.json").read_text())
    assert kept["parameters"]["steps"] == 6
    with open(place / "run" / "log.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert rows[-1]["set_aside"] == "1" and rows[-1]["bad_steps"] == "0"

    # The copy of the recipe serves, whatever became of the file.
    recipe.unlink()
    done = muirf("train", "--resume", "run", "--set", "steps=8")
    assert done.exit_code == 0, done.stderr
    assert "Epoch 4/" in done.stdout and "Epoch 3/" not in done.stdout
    done = muirf("train", "--resume", "run", "--set", "seed=3")
    assert done.exit_code == 2 and "seed=0 and not 3" in done.stderr
    preset = place / "run" / "preset"
    assert MUIRFImageRestorer.from_preset(preset).weathers == ("snow",)
    done = muirf("train", "derain", "--resume", "run")
    assert done.exit_code == 2 and "recipe mine" in done.stderr


@pytest.mark.every_backend
@slow_to_compile
def test_a_loss_that_is_not_finite_ends_the_run(muirf, place):
    words = ["learning_rate=1e30", "bad_steps=2", "steps=40", "smoke=true"]
    options = [word for setting in words for word in ("--set", setting)]
    done = muirf("train", "desnow", *options, "--out", "run")
    assert done.exit_code == 1
    line = done.stderr.splitlines()[-1]
    assert line.startswith("Error: Training was stopped: the loss was ")
    assert "checkpoint" in line
    assert not (place / "run" / "preset").exists()
