"""The tutorial on Beam runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("apache_beam")


def test_runs(tmp_path):
    script = Path(__file__).parents[2] / "docs/tutorials/bulk_on_beam.py"
    path = os.pathsep.join(
        [os.path.dirname(sys.executable), os.environ["PATH"]]
    )
    process = subprocess.run(
        [sys.executable, script],
        cwd=tmp_path,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert "It ends with 1" in process.stdout
    assert "broken.png" in process.stdout
