"""Runs that are killed, and runs for which the disk is full.

Every session is a process of its own, as a user starts it.
"""

import os
import pathlib
import subprocess
import sys
import time

import keras
import pytest

import keras_muirf
from keras_muirf.callbacks.checkpoint_file import read_checkpoint

fcntl = pytest.importorskip("fcntl")
resource = pytest.importorskip("resource")

ROOT = pathlib.Path(keras_muirf.__file__).parents[1]
SETTINGS = ("--set", "smoke=true", "--set", "steps=8")
PIPE = 4096

pytestmark = pytest.mark.slow


@pytest.fixture
def sessions(recipe, tmp_path):
    """Starts `muirf train` in a process of its own."""

    def start(*words):
        return subprocess.Popen(
            [sys.executable, "-m", "muirf", "train", *map(str, words)],
            cwd=tmp_path,
            env={
                **os.environ,
                "KERAS_BACKEND": keras.config.backend(),
                "PYTHONPATH": str(ROOT),
                # The same sums in the same order.
                "OMP_NUM_THREADS": "1",
                # One network is compiled again and again.
                "JAX_COMPILATION_CACHE_DIR": os.environ.get(
                    "JAX_COMPILATION_CACHE_DIR", str(tmp_path / "compiled")
                ),
                "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0.2",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def finish(process):
    out, err = process.communicate()
    return process.returncode, out, err


def begin_and_kill_within(process, out, epoch):
    """Kills a process while it writes the checkpoint of an epoch.

    A pipe stands where the unfinished file would. It takes in a few bytes and
    no more until they are read, so that the process is still writing when it
    is killed, after whatever time. What was written is put into a file then.
    """
    while not (out / "run.json").exists():
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    part = out / "checkpoints" / f"epoch-{epoch:06d}.zip.part"
    part.parent.mkdir(exist_ok=True)
    os.mkfifo(part)
    pipe = os.open(part, os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)
    written = b""
    while len(written) < 10 * PIPE:
        try:
            written += os.read(pipe, PIPE)
        except BlockingIOError:
            pass
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    process.kill()
    assert process.wait() == -9
    os.close(pipe)
    part.unlink()
    part.write_bytes(written)


def content(path):
    arrays, state = read_checkpoint(path)
    return [(a.dtype, a.shape, a.tobytes()) for _, a in arrays], state


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="about the pipes of Linux"
)
def test_a_run_that_was_killed_and_ran_out_of_space_ends_with_the_same_bits(
    sessions, recipe, tmp_path
):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    code, _, err = finish(sessions(recipe, *SETTINGS, "--out", whole))
    assert code == 0, err
    size = (whole / "checkpoints" / "epoch-000004.zip").stat().st_size
    assert size > 20 * PIPE

    process = sessions(recipe, *SETTINGS, "--out", parts)
    begin_and_kill_within(process, parts, epoch=2)
    # The row of the epoch whose checkpoint was not finished is there, too.
    assert len((parts / "log.csv").read_text().splitlines()) == 3

    # The second epoch once more; there is no room for its checkpoint.
    process = sessions("--resume", parts)
    limit = (size // 2, size // 2)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limit)
    code, out, err = finish(process)
    assert code == 1 and "Epoch 2/" in out and "Epoch 1/" not in out
    line = err.splitlines()[-1]
    assert line.startswith("Error: ") and "epoch-000002.zip cannot be" in line
    assert "free there" in line and "Traceback" not in err
    assert f"The last checkpoint is {parts}" in line
    names = [path.name for path in (parts / "checkpoints").iterdir()]
    assert names == ["epoch-000001.zip"]

    # The same command goes on as well as --resume does.
    code, out, err = finish(sessions(recipe, *SETTINGS, "--out", parts))
    assert code == 0 and "Epoch 2/" in out, err
    for epoch in (3, 4):
        a, b = (
            content(folder / "checkpoints" / f"epoch-{epoch:06d}.zip")
            for folder in (whole, parts)
        )
        # Weights, optimizer, rule, seeds; place in data, schedule and log.
        assert a == b
    rows = [(folder / "log.csv").read_bytes() for folder in (whole, parts)]
    assert rows[0] == rows[1]
    presets = [
        (folder / "preset" / "config.json").read_bytes()
        for folder in (whole, parts)
    ]
    assert presets[0] == presets[1]
