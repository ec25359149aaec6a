import os
import signal
import subprocess
import sys
import time

import keras
import pytest
from clips import look_at
from clips import make_clip

pytestmark = pytest.mark.once


def test_videos_among_images(muirf, preset, photos):
    make_clip(photos / "photos/clip.mp4", (0, 512, 1600), sound=True)
    (photos / "photos/text.mkv").write_text("no video")
    done = muirf(
        *("restore", "photos", "-o", "out", "--preset", preset),
        *("--crf", "10", "--weather", "rain"),
    )
    assert done.exit_code == 1, done.output
    assert "3 of 4 restored, 1 failed" in done.stdout
    assert "photos/text.mkv: the video cannot be opened" in done.stderr
    (line,) = [x for x in done.stdout.splitlines() if "clip.mp4" in x]
    assert line.startswith("photos/clip.mp4: looks like ")
    assert ", 64x48, 3 frames, " in line
    assert line.endswith(" -> out/clip.mp4")
    before, after = look_at("photos/clip.mp4"), look_at("out/clip.mp4")
    assert after.times == before.times
    assert after.packets == before.packets
    assert not (photos / "out/text.mkv").exists()


def test_wrong_use_of_videos(muirf, preset, photos):
    make_clip(photos / "clip.mp4", (0, 512))
    for arguments, code, message in (
        (["clip.mp4", "-o", "clip.mp4"], 2, "over the image"),
        (["clip.mp4", "--crf", "70"], 2, "--crf"),
        (["clip.mp4", "-o", "clip.png"], 1, "ending in '.png'"),
        (["clip.mp4", "-o", "clip.avi"], 1, "ending in '.avi'"),
        (["photos/a.png", "-o", "a.mp4"], 1, "'.mp4' cannot be written"),
    ):
        done = muirf("restore", *arguments, "--preset", preset)
        assert done.exit_code == code, done.output
        assert message in done.stderr
    assert sorted(os.listdir(photos)) == ["clip.mp4", "photos"]


@pytest.mark.slow
def test_ctrl_c_in_a_process_of_its_own(ctrl_c, preset, tmp_path):
    """The finished video stays, of the other nothing does."""
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    make_clip(folder / "a.mp4", (0, 512, 1600))
    make_clip(folder / "b.mp4", tuple(512 * k for k in range(4000)))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "muirf", "restore", folder, "-o", out),
            *("--preset", preset, "--backend", keras.config.backend()),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        },
    )
    part = out / "b.mp4.part"
    while process.poll() is None and not part.exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "3 frames" in stdout
    assert "Interrupted: 1 of 2 restored" in stderr
    assert os.listdir(out) == ["a.mp4"]
    assert look_at(out / "a.mp4").times == look_at(folder / "a.mp4").times
