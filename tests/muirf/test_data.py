import contextlib
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

from muirf.data_report import FEW


def _scene(seed, size=(48, 64)):
    rng = np.random.default_rng(seed)
    blocks = rng.integers(0, 180, (size[0] // 8, size[1] // 8, 3))
    return blocks.repeat(8, 0).repeat(8, 1).astype("uint8")


def _save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)


def _pairs(folder, seeds):
    for seed in seeds:
        clean = _scene(seed)
        _save(folder / f"input/雨 {seed}.png", clean + np.uint8(seed % 9 + 9))
        _save(folder / f"gt/雨 {seed}.png", clean)


@pytest.fixture
def sets(tmp_path, monkeypatch):
    """A training and a test set, both good, in the current folder."""
    monkeypatch.chdir(tmp_path)
    _pairs(tmp_path / "my train/rain", range(12))
    _pairs(tmp_path / "test/rain", range(20, 26))
    return tmp_path


def _start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "muirf", "data", "check", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            **options,
        },
    )


@pytest.mark.slow
def test_planted_faults_in_a_process_of_its_own(sets):
    """A leak, two sizes, a truncated file; a terminal without 雨."""
    _save(sets / "test/rain/gt/雨 23.jpg", _scene(7), quality=80)
    (sets / "test/rain/gt/雨 23.png").unlink()
    _save(sets / "my train/rain/gt/雨 2.png", _scene(2, (48, 72)))
    whole = (sets / "test/rain/input/雨 21.png").read_bytes()
    cut = sets / "test/rain/input/雨 21.png"
    cut.write_bytes(whole[: len(whole) // 2])
    process = _start("my train", "test", PYTHONIOENCODING="latin-1")
    out, err = process.communicate(timeout=300)
    assert process.returncode == 1, err
    assert err == b""
    lines = out.decode("latin-1").replace("\\u96e8", "雨").splitlines()
    assert lines[:2] == [
        "my train\tpairs of equal names\ttrain\train\t12",
        "test\tpairs of equal names\ttest\train\t6",
    ]
    text = "\n".join(lines)
    assert "my train: 1 pair of two sizes.\n" in text
    assert "雨 2.png is 64x48, my train/rain/gt/雨 2.png is 72x48" in text
    assert "test: 1 file cannot be read.\n  test/rain/input/雨 21.png: " in text
    assert "my train and test share 1 ground truth; " in text
    assert "  my train/rain/gt/雨 7.png = test/rain/gt/雨 23.jpg\n" in text
    assert lines[-1].startswith("3 problems in 36 files, ")


def test_good_sets_end_with_0(muirf, sets):
    done = muirf("data", "check", "my train", "test")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1].startswith("No problems in 36 files")
    assert "Problems" not in done.stdout and "Notes" not in done.stdout


def test_json_says_what_the_lines_say(muirf, sets):
    for seed in range(FEW + 3):
        (sets / f"my train/rain/gt/雨 {seed}.png").unlink()
    _save(sets / "test/rain/gt/雨 22.png", _scene(10))
    arguments = ("data", "check", "my train", "test")
    done = muirf(*arguments, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert list(told) == ["format", "files", "sets", "problems", "notes"]
    assert [(s["name"], s["pairs"], s["weathers"]) for s in told["sets"]] == [
        ("my train", 12 - FEW - 3, {"rain": 12 - FEW - 3}),
        ("test", 6, {"rain": 6}),
    ]
    assert [p["kind"] for p in told["problems"]] == ["missing_partner", "leak"]
    assert [p["count"] for p in told["problems"]] == [FEW + 3, 1]
    for options, shown in (((), FEW), (("--all",), FEW + 3)):
        lines = muirf(*arguments, *options).stdout.splitlines()
        for problem in told["problems"]:
            assert f"{problem['sentence']}." in lines
            for item in problem["items"][:shown]:
                assert f"  {item}" in lines
        more = "  and 3 more" in lines
        assert more == (shown == FEW)
        assert more == (f"  {told['problems'][0]['items'][-1]}" not in lines)
        assert any(line.startswith("2 problems in") for line in lines)


def test_notes_alone_end_with_0(muirf, sets):
    _pairs(sets / "more train", [3])
    done = muirf("data", "check", "my train", "more train")
    assert done.exit_code == 0, done.output
    assert "Notes" in done.stdout and "Problems" not in done.stdout
    assert "share 1 ground truth" in done.stdout


def test_on_a_terminal(muirf, sets, monkeypatch):
    from muirf import data_report

    # CliRunner's output is no terminal.
    monkeypatch.setattr(data_report, "_on_terminal", lambda: True)
    _pairs(sets / "[bold]name", range(30, 32))
    done = muirf("data", "check", ".")
    assert done.exit_code == 0, done.output
    for word in ("Recognised as", "Pairs", "my train", "[bold]name", "12"):
        assert word in done.stdout


def test_wrong_use_ends_with_2(muirf, sets):
    (sets / "empty").mkdir()
    (sets / "file").touch()
    for arguments, message in (
        ([], "Missing argument"),
        (["nowhere"], "nowhere: there is no such folder; check the name."),
        (["file"], "file: there is no such folder"),
        (["test", "empty"], "empty: no pairs of images were recognised"),
    ):
        done = muirf("data", "check", *arguments)
        assert done.exit_code == 2, arguments
        assert message in done.stderr
        assert done.stdout == ""


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(), reason="looks at open files in /proc"
)
def test_an_interrupted_run_ends_cleanly(sets, rng):
    noise = rng.integers(0, 256, (1500, 2000, 3), "uint8")
    (sets / "big/input").mkdir(parents=True)
    (sets / "big/gt").mkdir()
    _save(sets / "big/input/0.png", noise, compress_level=1)
    for i in range(1, 300):
        os.link(sets / "big/input/0.png", sets / f"big/input/{i}.png")
    for i in range(300):
        os.link(sets / "big/input/0.png", sets / f"big/gt/{i}.png")
    process = _start("big")
    # Until it reads images: the start takes a few seconds.
    deadline = time.monotonic() + 120
    opened = Path(f"/proc/{process.pid}/fd")
    while time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.05)
        with contextlib.suppress(OSError):
            files = [os.readlink(link) for link in opened.iterdir()]
            if any(file.endswith(".png") for file in files):
                break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, (out, err)
    assert out == b""
    assert err.decode().startswith("Interrupted: ")
    assert len(err.splitlines()) == 1
