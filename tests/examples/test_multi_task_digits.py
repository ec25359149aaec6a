"""The example runs as a user runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_both_digits_are_learned():
    pytest.importorskip("sklearn")
    said = subprocess.run(
        [
            sys.executable,
            ROOT / "examples" / "multi_task_digits.py",
            *("--epochs", "2", "--rule", "MVGH"),
        ],
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": str(ROOT),
        },
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    accuracies = re.findall(r"(left|right) digit: ([\d.]+) % right", said)
    # Guessing is right once in ten times.
    assert [task for task, _ in accuracies] == ["left", "right"]
    assert all(float(value) > 60 for _, value in accuracies)
