"""Every benchmark runs from its command line, on very small networks."""

import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
import timing
from PIL import Image

from keras_muirf.training import drawn_data

BENCHMARKS = pathlib.Path(timing.__file__).parent


def run(script, *words):
    return subprocess.run(
        [sys.executable, str(BENCHMARKS / script), *words],
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": str(BENCHMARKS.parent),
        },
        check=True,
        capture_output=True,
        text=True,
    ).stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("restore_time.py", ["--dry", "--rounds", "2", "--xla", "off"]),
        (
            "gradient_rules.py",
            ["--dry", "--rounds", "2", "--xla", "off", "--batch", "4"],
        ),
        (
            "cpsm_cost.py",
            ["--dry", "--rounds", "2", "--xla", "off", "--batch", "4"],
        ),
        ("backend_parity.py", ["--dry"]),
        ("restore_memory.py", ["--dry"]),
        ("serve_load.py", ["--dry", "--requests", "12", "--clients", "3"]),
        ("precision.py", ["--dry"]),
        ("data_pipeline.py", ["--dry", "--rounds", "2"]),
        ("weather_layers.py", ["--rounds", "2"]),
        (
            "training_rate.py",
            ["--dry", "--rounds", "2", "--crop_size", "16"]
            + ["--images_per_weather", "1", "--precision", "float32"],
        ),
    ],
)
def test_scripts_run_and_write_their_numbers(script, words, tmp_path):
    numbers, tables = tmp_path / "a.json", tmp_path / "a.md"
    said = run(script, *words, "--json", numbers, "--markdown", tables)
    for record in json.loads(numbers.read_text()):
        assert record["where"]["cores"] >= 1
        assert record["where"]["versions"]["keras"] == keras.__version__
        for found in record["tables"]:
            assert found["rows"]
            assert f"**{found['title']}**" in said
            assert f"**{found['title']}**" in tables.read_text()


@pytest.mark.slow
def test_the_sizes_are_a_table():
    assert "| tiny | " in run("model_sizes.py", "--size", "tiny")


@pytest.mark.slow
def test_the_grid_is_measured_for_each_weather(tmp_path):
    sky = np.full((64, 128, 3), (90, 130, 200), "uint8")
    Image.fromarray(sky).save(tmp_path / "sky.png")
    said = run("grid_pattern.py", tmp_path, "--preset", "muirf_tiny_dehaze")
    assert "| haze | 2 | " in said


@pytest.mark.slow
def test_what_is_seen_as_clear_is_counted(tmp_path):
    data = drawn_data.draw(tmp_path)
    said = run("clear_share.py", data, "--preset", "muirf_tiny_dehaze")
    (row,) = [r for r in said.splitlines() if "| synthesized haze |" in r]
    shares = [int(cell.strip(" %")) for cell in row.split("|")[3:-1]]
    assert shares == sorted(shares)
    assert "| ohaze | " in said


@pytest.mark.slow
def test_gains_of_a_second_scale_are_compared(tmp_path):
    data = drawn_data.draw(tmp_path)
    said = run("scale_gain.py", data, "--preset", "muirf_tiny_raindrop")
    rows = [r for r in said.splitlines() if r.startswith("| raindrop, ")]
    assert len(rows) == 2
    for row in rows:
        found = [float(cell) for cell in row.split("|")[3:-1]]
        assert len(set(found)) > 1 and min(found) > 10


@pytest.mark.slow
def test_what_real_photographs_are_seen_as_is_counted(tmp_path):
    for name in ("haze", "snow"):
        (tmp_path / name).mkdir()
        picture = np.full((64, 96, 3), (90, 130, 200), "uint8")
        Image.fromarray(picture).save(tmp_path / name / "sky.png")
    said = run("real_recognition.py", tmp_path, "--preset", "muirf_tiny_dehaze")
    rows = [row for row in said.splitlines() if row.startswith("| ")]
    assert rows[0] == "| weather | images | seen as haze | seen as clear |"
    # The preset knows no snow.
    (row,) = rows[1:]
    assert row in ("| haze | 1 | 1 | 0 |", "| haze | 1 | 0 | 1 |")


def test_candidates_take_turns():
    calls = []
    args = timing.arguments("A test.", rounds=3).parse_args([])
    timed = timing.alternate(
        {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}, args
    )
    assert "".join(calls) == "ab" * 5
    assert len(timed["a"]["seconds"]) == 3


def test_time_is_limited_but_three_rounds_are_not():
    args = timing.arguments("A test.", rounds=50).parse_args(["--seconds", "0"])
    timed = timing.alternate({"a": lambda: None}, args)
    assert len(timed["a"]["seconds"]) == 3


def test_ratios_are_of_pairs():
    slow = {"first": 9.0, "seconds": [2.0, 40.0, 6.0]}
    fast = {"first": 9.0, "seconds": [1.0, 20.0, 2.0]}
    rows = timing.against({"slow": slow, "fast": fast}, "fast", {"slow": 1.5})
    assert rows[0]["times fast"] == pytest.approx(2.0)
    assert rows[0]["quartiles"] == "2.00 to 2.50"
    assert rows[0]["holds"] == "NO"
    assert rows[1]["times fast"] == 1.0
    assert np.isclose(rows[0]["median, ms"], 6000.0)


def test_lists_stay_out_of_tables():
    text = timing.table("T", [{"name": "a", "value": 0.12345, "all": [1, 2]}])
    assert text.splitlines()[2:] == [
        "| name | value |",
        "| --- | --- |",
        "| a | 0.123 |",
    ]
