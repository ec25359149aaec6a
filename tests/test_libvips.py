import os
import subprocess
import sys

import pytest

# Garbage with images in it, collected wherever pyvips would log.
SCRIPT = """
import gc, logging, pathlib, sys
import numpy as np
from hostile_files import damaged_files
from keras_muirf.restoration import ImageError, read_image

class Collects(logging.Handler):
    def emit(self, record):
        gc.collect()

logging.getLogger("pyvips").addHandler(Collects())
gc.disable()
for suffix, content in damaged_files(np.random.default_rng(0), 300):
    path = pathlib.Path(sys.argv[1], f"damaged{suffix}")
    path.write_bytes(content)
    try:
        read_image(path)
    except ImageError as error:
        circle = [error]
        circle.append(circle)
"""


@pytest.mark.slow
@pytest.mark.once
def test_a_message_within_a_message_does_not_end_the_process(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert "VIPS-WARNING" not in done.stderr
