import csv
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image

from keras_muirf import evaluation


@pytest.fixture
def sets(rng, tmp_path, monkeypatch):
    """A folder of two small sets in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("streaks/rain", "雾 1/haze"):
        for kind, change in (("gt", 0), ("input", 30)):
            folder = tmp_path / "data" / name / kind
            folder.mkdir(parents=True)
            generator = np.random.default_rng(len(name))
            for i in range(2):
                pixels = generator.integers(0, 200, (24, 40, 3), "uint8")
                pixels += np.uint8(change)
                Image.fromarray(pixels).save(folder / f"{i}.png")
    return tmp_path


def test_the_command_knows_the_protocols_of_the_package():
    from muirf.evaluate import PROTOCOLS

    assert tuple(evaluation.PROTOCOLS) == PROTOCOLS


@pytest.mark.every_backend
def test_one_table_with_all_that_it_depends_on(muirf, preset, sets):
    done = muirf("evaluate", "data", "--preset", preset, "-o", "out")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("| set | images | method | PSNR Y | SSIM Y")
    measured = [line.split(" | ")[:3] for line in lines[2:8]]
    assert [m[2] for m in measured] == [
        "input",
        "median filter",
        "small",
        "input",
        "dark channel prior",
        "small",
    ]
    assert "| weather | seen as " in done.stdout
    assert "Protocol: native; size native; values rounded" in done.stdout
    assert "whole images" in done.stdout and "Weights: " in done.stdout
    record = json.loads(Path("out/evaluation.json").read_text())
    assert len(record["sets"]) == 6
    hashes = record["figures depend on"]
    for summary in record["sets"]:
        assert summary["how"].startswith("native; size native; values rounded")
        for told in (hashes["weights"], hashes["sets"][summary["set"]]):
            assert told in summary["how"]
    assert record["figures depend on"]["backend"] == keras.config.backend()
    assert len(record["figures depend on"]["weights"]) == 64
    with open("out/images.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12 and {r["set"] for r in rows} == {"streaks", "雾 1"}
    assert Path("out/tables.md").read_text() in done.stdout


def test_the_same_command_again_measures_nothing(muirf, preset, sets):
    command = ("evaluate", "data", "--preset", preset)
    first = muirf(*command)
    made = Path("evaluation/small/images.csv").read_text()
    again = muirf(*command)
    assert (first.exit_code, again.exit_code) == (0, 0)
    assert first.stdout == again.stdout
    assert Path("evaluation/small/images.csv").read_text() == made
    other = muirf(*command, "--weather", "mixed")
    assert other.exit_code == 1
    assert "another evaluation (weather differ" in other.stderr
    assert muirf(*command, "--weather", "mixed", "--overwrite").exit_code == 0
    assert Path("evaluation/small/images.csv").read_text() != made


def test_options_change_what_is_measured(muirf, preset, sets):
    base = ("evaluate", "data", "-o", "out", "--overwrite", "--preset")
    tables = {}
    for name, options in {
        "plain": (preset,),
        "no baselines": (preset, "--no-baselines"),
        "given": (preset, "--weather", "given"),
        "tile": (preset, "--tile", "64"),
        # Without the network, which every command compiles anew.
        "none": ("none",),
        "limit": ("none", "--limit", "1"),
        "protocol": ("none", "--protocol", "wgws"),
        "two": ("none", "--protocol", "wgws", "--protocol", "promptir"),
    }.items():
        done = muirf(*base, *options)
        assert done.exit_code == 0, (name, done.output)
        tables[name] = done.stdout
    assert len(set(tables.values())) == len(tables)
    assert "median" not in tables["no baselines"]
    assert "tiles of 64" in tables["tile"]
    assert "seen as" in tables["plain"] and "seen as" not in tables["none"]
    assert "Protocol: wgws" in tables["two"] and "promptir" in tables["two"]


def test_a_bad_image_is_named_and_ends_with_1(muirf, preset, sets):
    Path("data/streaks/rain/input/1.png").write_bytes(b"no picture")
    done = muirf("evaluate", "data", "--preset", preset)
    assert done.exit_code == 1
    assert "Error: streaks, 1: " in done.stderr
    assert "| streaks | 1 of 2 |" in done.stdout
    assert "Not measured: 1 of streaks" in done.stdout


def test_wrong_use(muirf, preset, sets):
    Path("empty").mkdir()
    for code, arguments, message in (
        (2, (), "Missing argument"),
        (2, ("missing",), "no such folder"),
        (2, ("empty",), "nothing to measure"),
        (2, ("data", "data"), "Two sets have one name"),
        (2, ("data", "--protocol", "best"), "'best'"),
        (2, ("data", "--tile", "8"), "at least"),
        (2, ("data", "--limit", "0"), "0"),
        (1, ("data", "--preset", "no_such"), "muirf presets"),
        (1, ("data", "--tile", "64", "--protocol", "wgws"), "whole images"),
        (
            2,
            ("data", "--preset", "none", "--no-baselines"),
            "nothing to measure",
        ),
    ):
        preset_option = () if "--preset" in arguments else ("--preset", preset)
        done = muirf("evaluate", *arguments, *preset_option)
        assert done.exit_code == code, (arguments, done.output)
        assert message in done.stderr, arguments
    Path("data/streaks/rain/gt/1.png").unlink()
    done = muirf("evaluate", "data", "--preset", preset)
    assert done.exit_code == 2 and "muirf data check" in done.stderr


def test_a_run_gives_its_preset_the_name(muirf, preset, sets):
    shutil.copytree(preset, "runs/derain/preset")
    done = muirf("evaluate", "data", "--preset", "runs/derain/preset/")
    assert done.exit_code == 0, done.output
    assert "| derain |" in done.stdout
    assert Path("evaluation/derain/images.csv").exists()


@pytest.mark.slow
def test_in_a_process_of_its_own(preset, sets):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "muirf", "evaluate", "data"),
            *("--preset", preset, "--backend", keras.config.backend()),
        ],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "PYTHONIOENCODING": "utf-8",
        },
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.startswith("| set | images | method ")
