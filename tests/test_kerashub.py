"""KerasHub loads the presets with classes of its own families."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import keras_muirf

# In a process of its own: it changes what presets are loaded as.
SCRIPT = """
import keras_hub
import numpy as np

import keras_muirf

plain = keras_muirf.models.MUIRFImageRestorer.from_preset(
    "muirf_tiny_all_weather"
)
import keras_muirf.kerashub as kerashub

photograph = np.random.default_rng(0).integers(0, 256, (40, 50, 3), "uint8")
folder = keras_muirf.__path__[0] + "/presets/muirf_tiny_all_weather"
backbone = keras_hub.models.Backbone.from_preset(folder)
assert isinstance(backbone, kerashub.MUIRFBackbone)

restorer = kerashub.MUIRFImageRestorer.from_preset("muirf_tiny_all_weather")
assert isinstance(restorer, keras_hub.models.Task)
assert isinstance(restorer.backbone, keras_hub.models.Backbone)
assert isinstance(restorer.preprocessor, keras_hub.models.Preprocessor)
expected = plain.restore(photograph)
assert np.array_equal(restorer.restore(photograph), expected)

# Saved, KerasHub loads it again; and without it the plain classes do.
restorer.save_to_preset("saved")
again = keras_hub.models.Backbone.from_preset("saved")
for one, two in zip(again.weights, backbone.weights, strict=True):
    assert np.array_equal(one.numpy(), two.numpy())
restorer.summary()
print("loaded")
"""


@pytest.mark.slow
def test_kerashub_loads_the_presets(tmp_path):
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(Path(keras_muirf.__file__).parents[1]),
        },
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert process.stdout.endswith("loaded\n")
    assert "MUIRF" in process.stdout
