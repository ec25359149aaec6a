"""`muirf restore` over many files, again and again."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image


def _lines(path):
    return [json.loads(x) for x in Path(path).read_text().splitlines()]


@pytest.fixture
def restore(muirf, preset):
    def restore(*arguments, code=0):
        done = muirf("restore", *arguments, "--preset", preset)
        assert done.exit_code == code, done.output
        return done

    return restore


def test_a_rerun_goes_on_where_the_manifest_ends(restore, photos):
    (photos / "photos/bad.png").write_text("no picture")
    arguments = ("photos", "-o", "out", "--manifest", "run.jsonl")
    restore(*arguments, code=1)
    told = {x["input"]: x for x in _lines("run.jsonl")}
    assert {k: x["status"] for k, x in told.items()} == {
        "photos/a.png": "restored",
        "photos/bad.png": "failed",
        "photos/deep/雨 1.jpg": "restored",
    }
    first = told["photos/a.png"]
    assert first["output"] == "out/a.png" and len(first["weights"]) == 64
    assert first["seconds"] > 0 and 0 < first["probability"] <= 1

    # Even where everything is to be written anew.
    Image.new("RGB", (8, 8)).save("photos/bad.png")
    done = restore(*arguments, "--overwrite")
    assert "1 of 3 restored, 2 skipped" in done.stdout
    assert len(_lines("run.jsonl")) == 4

    # Other options are another run.
    done = restore(*arguments, "--overwrite", "--strength", "0.5")
    assert "3 of 3 restored" in done.stdout
    # Without --overwrite what is there stays.
    done = restore(*arguments, "--strength", "0.25")
    assert "0 of 3 restored, 3 skipped" in done.stdout
    assert [x["status"] for x in _lines("run.jsonl")[-3:]] == ["skipped"] * 3


def test_a_manifest_that_cannot_be(restore, photos):
    done = restore("photos", "--manifest", "photos/a.png", code=2)
    assert "the manifest cannot be read" in done.stderr
    done = restore("photos", "--manifest", "photos/a.png/x", code=1)
    assert "The manifest cannot be written" in done.stderr


def test_shards_share_the_work(restore, photos):
    restored = 0
    for shard in ("1/2", "2/2"):
        done = restore("photos", "-o", "out", "--shard", shard)
        restored += int(done.stdout.splitlines()[-1].split()[0])
    assert restored == 2
    assert Path("out/a.png").exists() and Path("out/deep/雨 1.jpg").exists()


def test_patterns_and_another_format(restore, photos):
    restore(
        *("photos/**/*.jpg", "-o", "out", "--format", "webp"),
        *("--quality", "40", "--subsampling", "4:2:0", "--strip-metadata"),
    )
    assert Image.open("out/deep/雨 1.webp").size == (40, 24)
    assert os.listdir("out") == ["deep"]


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["\n", "\0"])
def test_a_list_on_standard_input(preset, photos, mark):
    """Names in any script, and with newlines after NUL."""
    odd = "photos/new\nline.png" if mark == "\0" else "photos/ありがとう.png"
    Image.new("RGB", (16, 16), (9, 99, 9)).save(odd)
    names = ["photos/a.png", odd, "photos/missing.png"]
    done = subprocess.run(
        [
            *(sys.executable, "-m", "muirf", "restore", "-", "-o", "out"),
            *("--preset", preset, "--backend", keras.config.backend()),
        ],
        input=mark.join(names).encode() + mark.encode(),
        capture_output=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 1, done.stderr
    assert b"2 of 3 restored, 1 failed" in done.stdout
    assert Path("out", odd).exists() and Path("out/photos/a.png").exists()


def test_an_empty_list(muirf, photos):
    done = muirf("restore", "-")
    assert done.exit_code == 2
    assert "no name on standard input" in done.stderr


@pytest.mark.slow
def test_a_killed_run_goes_on(preset, photos, rng):
    """SIGKILL leaves whole files and a manifest that the next run reads."""
    for number in range(30):
        pixels = rng.integers(0, 256, (200, 200, 3), dtype="uint8")
        Image.fromarray(pixels).save(f"photos/{number}.png")
    command = [
        *(sys.executable, "-m", "muirf", "restore", "photos", "-o", "out"),
        *("--preset", preset, "--backend", keras.config.backend()),
        *("--manifest", "run.jsonl"),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(command, env=environment)
    while not Path("run.jsonl").exists() or len(_lines("run.jsonl")) < 4:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    results = list(Path("out").rglob("*.*"))
    for path in results:
        if path.suffix != ".part":
            np.asarray(Image.open(path))
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    assert " skipped, " in done.stdout
    inputs = {x["input"] for x in _lines("run.jsonl")}
    assert len(inputs) == 32
    assert len(list(Path("out").rglob("[!.]*.*g"))) == 32
