"""`muirf restore` on files, places and names that want to do harm."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
import pyvips
from hostile_files import damaged_files
from hostile_files import lying_files
from PIL import Image

# More of them, and others: MUIRF_FUZZ_FILES=100000 MUIRF_FUZZ_SEED=1 pytest
FILES = int(os.environ.get("MUIRF_FUZZ_FILES", 3000))
SEED = int(os.environ.get("MUIRF_FUZZ_SEED", 0))
FRIENDLY_EVERY = 100


@pytest.fixture
def restore(preset, tmp_path, monkeypatch):
    """Runs the command in a process of its own, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def restore(*arguments, before=(), input=None, seconds=120):
        return subprocess.run(
            [
                *before,
                *(sys.executable, "-m", "muirf", "restore", *arguments),
                *("--preset", preset, "--backend", keras.config.backend()),
            ],
            input=input,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            timeout=seconds,
        )

    return restore


def picture(path, rng, size=(16, 24)):
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = rng.integers(0, 256, (*size, 3), dtype="uint8")
    Image.fromarray(pixels).save(path)


def lines(path):
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def files_below(folder):
    return sorted(p for p in Path(folder).rglob("*") if not p.is_dir())


@pytest.mark.slow
@pytest.mark.once
def test_thousands_of_hostile_files(restore, rng):
    """Each is restored or refused, and the friendly ones among them restored.

    The run ends, with a line for each, and leaves nothing but results in OUT.
    """
    friendly = set()
    hostile = damaged_files(np.random.default_rng(SEED), FILES)
    for number, (suffix, content) in enumerate(hostile):
        path = Path("in", f"{number // 500}", f"{number:06}{suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if number % FRIENDLY_EVERY == 0:
            path = path.with_name(f"{number:06} friendly.png")
            picture(path, rng)
            friendly.add(str(path))
    for name, content in lying_files().items():
        Path("in", name).write_bytes(content)
    inputs = files_below("in")
    before = {path: path.read_bytes() for path in inputs}

    done = restore(
        *("in", "-o", "out", "--manifest", "run.jsonl"),
        seconds=120 + FILES / 5,
    )

    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    told = {line["input"]: line for line in lines("run.jsonl")}
    assert sorted(told) == sorted(map(str, inputs))
    restored = {k: v for k, v in told.items() if v["status"] == "restored"}
    assert friendly <= set(restored)
    # Neither is all refused, nor is the damage too small to matter.
    assert FILES / 20 < len(restored) < FILES / 2
    assert {str(p) for p in files_below("out")} == {
        line["output"] for line in restored.values()
    }
    for line in restored.values():
        image = pyvips.Image.new_from_file(line["output"], fail_on="error")
        assert (image.width, image.height) == (line["width"], line["height"])
        image.avg()
    for line in told.values():
        if line["status"] == "failed":
            # Refused for a reason, not by an accident inside.
            assert "could not be restored" not in line["why"]
            assert "could not be written" not in line["why"]
    assert before == {path: path.read_bytes() for path in inputs}
    assert sorted(os.listdir()) == ["in", "out", "run.jsonl"]


@pytest.mark.slow
@pytest.mark.once
def test_links(restore, rng):
    """What links lead to is read; nothing is written through them."""
    picture("elsewhere/a.png", rng)
    picture("in/b.png", rng)
    target = Path("elsewhere/kept.png")
    target.write_bytes(b"to be kept")
    Path("in/a.png").symlink_to(Path("elsewhere/a.png").resolve())
    Path("in/gone.png").symlink_to("nowhere.png")
    Path("in/circle.png").symlink_to("circle.png")
    Path("in/folder").symlink_to(Path("in").resolve())
    Path("in/device.png").symlink_to("/dev/zero")
    Path("out").mkdir()
    Path("out/b.png").symlink_to(target.resolve())
    done = restore("in", "-o", "out", "--overwrite")
    assert "2 of 5 restored, 3 failed" in done.stdout
    assert "Traceback" not in done.stderr
    assert target.read_bytes() == b"to be kept"
    assert not Path("out/b.png").is_symlink()
    assert [p.name for p in files_below("out")] == ["a.png", "b.png"]


@pytest.mark.slow
@pytest.mark.once
def test_names(restore, rng):
    names = (
        b"new\nline.png",
        b"\x1b]0;title\x07\x1b[31mred.png",
        b"\xff\xfe no text.png",
        "雨‮gnp.png".encode(),
        b"-o.png",
        b" .png",
        b"a[1](2){3}.png",
        b"%n%s.png",
        b"n" * 251 + b".png",
    )
    for name in names:
        picture(os.fsdecode(b"in/" + name), rng)
    done = restore("in", "-o", "out", "--manifest", "run.jsonl")
    assert done.returncode == 0, done.stderr
    assert sorted(os.listdir(b"out")) == sorted(names)
    assert len(done.stdout.splitlines()) == len(names) + 1
    assert "\x1b" not in done.stdout and "\x07" not in done.stdout
    again = restore("in", "-o", "out", "--manifest", "run.jsonl", "--overwrite")
    assert f"0 of {len(names)} restored, {len(names)} skipped" in again.stdout


def in_a_namespace(script):
    """A shell's script around the command, which may mount what it likes."""
    command = ["unshare", "-Urm", "sh", "-ec", script]
    tried = shutil.which("unshare") and subprocess.run(
        [*command[:-1], "mount -t tmpfs none /mnt"], capture_output=True
    )
    if not tried or tried.returncode:
        pytest.skip("this system lets nobody mount in a namespace of his own")
    # What the shell calls itself, before what it calls its arguments.
    return [*command, "sh"]


@pytest.mark.slow
@pytest.mark.once
def test_a_full_disk(restore, rng):
    """What there is room for is there and whole; the rest is told."""
    for number in range(20):
        picture(f"in/{number:02}.png", rng, (64, 64))
    Path("out").mkdir()
    mounted = in_a_namespace(
        "mount -t tmpfs -o size=64k none out; "
        'code=0; "$@" || code=$?; cp -a out kept; exit $code'
    )
    done = restore("in", "-o", "out", "--manifest", "run.jsonl", before=mounted)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    told = lines("run.jsonl")
    restored = [x for x in told if x["status"] == "restored"]
    assert len(told) == 20 and 2 < len(restored) < 10
    assert done.stderr.count("check the free space") == 20 - len(restored)
    assert sorted(os.listdir("kept")) == [
        Path(x["output"]).name for x in restored
    ]
    for line in restored:
        Image.open(Path("kept", Path(line["output"]).name)).load()


@pytest.mark.slow
@pytest.mark.once
def test_a_read_only_disk(restore, rng):
    picture("in/a.png", rng)
    picture("in/deep/b.png", rng)
    Path("out").mkdir()
    mounted = in_a_namespace('mount -t tmpfs -o ro none out; "$@"')
    done = restore("in", "-o", "out", before=mounted)
    assert done.returncode == 1
    assert "0 of 2 restored, 2 failed" in done.stdout
    assert done.stderr.count("Read-only file system") == 2
    assert "Traceback" not in done.stderr


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("name", ["../a.png", "in/../../a.png", "/../a.png"])
def test_a_list_that_leads_elsewhere(name, restore, rng):
    picture("in/a.png", rng)
    done = restore("-", "-o", "out", input=f"in/a.png\n{name}\n")
    assert done.returncode == 2
    assert "cannot lead upwards" in done.stderr
    assert not Path("out").exists()
