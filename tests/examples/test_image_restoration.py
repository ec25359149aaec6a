"""The example runs as a user runs it, and its network learns."""

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.once
def test_trains_and_restores(tmp_path):
    pytest.importorskip("matplotlib")
    pytest.importorskip("skimage")
    said = subprocess.run(
        [sys.executable, ROOT / "examples" / "image_restoration.py"],
        cwd=tmp_path,
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "MPLBACKEND": "Agg",
            "PYTHONPATH": str(ROOT),
        },
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    losses = [float(x) for x in re.findall(r" loss: ([\d.]+)", said)]
    assert len(losses) == 3 and losses[-1] < losses[0]
    figures = dict(re.findall(r"^([a-z ]+): ([\d.]+) dB", said, re.MULTILINE))
    assert float(figures["by the preset"]) > float(figures["in haze"]) + 3
    assert (tmp_path / "my_restorer" / "task.json").exists()
