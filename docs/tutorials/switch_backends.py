# %% [markdown]
# # Switch backends
#
# TensorFlow, JAX or PyTorch: one variable, chosen before Keras is imported.
# Weights have no backend. This page restores one photograph on every backend
# that is installed and compares the results, then begins a training on one and
# goes on with it on another.

# %%
import importlib.util
import itertools
import os
import pathlib
import subprocess
import sys

import numpy as np
from sklearn.datasets import load_sample_image

backends = [
    name
    for name in ("tensorflow", "jax", "torch")
    if importlib.util.find_spec(name)
]
print(backends)

# %% [markdown]
# ## One script
#
# A process has one backend for its whole life, so each gets a process of its
# own. The script does not know which it is.

# %%
np.save("photograph.npy", load_sample_image("china.jpg"))
script = pathlib.Path("restore.py")
script.write_text(
    """
import sys
import time
import keras
import numpy as np
import keras_muirf

photograph = np.load("photograph.npy") / np.float32(255)
restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
    "muirf_tiny_all_weather"
)
hazy = 0.5 * photograph + 0.45
restored, routing = restorer.restore(hazy, return_routing=True)
started = time.perf_counter()
restorer.restore(hazy)
seconds = time.perf_counter() - started
np.save(keras.config.backend() + ".npy", restored)
seen = restorer.weathers[routing["weather"].argmax()]
print(f"{keras.config.backend()}: {seen}, {seconds:.2f} s")
"""
)


def run(backend, *command):
    """Runs a command with a backend and shows what it prints."""
    environment = {**os.environ, "KERAS_BACKEND": backend}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    )
    print(done.stdout, end="")


for backend in backends:
    run(backend, sys.executable, "restore.py")

# %% [markdown]
# The same weights give the same picture, but for rounding in the last digits of
# float32. (The seconds are of a second call on a busy machine: no benchmark.)

# %%
for one, two in itertools.combinations(backends, 2):
    difference = np.abs(np.load(f"{one}.npy") - np.load(f"{two}.npy")).max()
    print(f"{one} and {two} differ by {difference:.1e} at most")

# %% [markdown]
# ## From training on one to restoring on another
#
# A preset that was saved on the first is loaded on the last:

# %%
pathlib.Path("save.py").write_text(
    """
import keras
import keras_muirf

keras.utils.set_random_seed(0)
models = keras_muirf.models
restorer = models.MUIRFImageRestorer(
    models.MUIRFBackbone(
        widths=(16,), encoder_blocks=(), middle_blocks=1, decoder_blocks=()
    )
)
restorer.save_to_preset("my_preset")
print("saved on", keras.config.backend())
"""
)
pathlib.Path("load.py").write_text(
    """
import keras
import keras_muirf

restorer = keras_muirf.models.MUIRFImageRestorer.from_preset("my_preset")
print("loaded on", keras.config.backend(), "with", restorer.count_params())
"""
)
run(backends[0], sys.executable, "save.py")
run(backends[-1], sys.executable, "load.py")

# %% [markdown]
# ## Which one?
#
# - **For restoring**, the one that you have. The command takes `--backend`, or
#   the first that is installed.
# - **On a CPU**, JAX and TensorFlow restored faster than PyTorch where we
#   measured, and compile for some seconds first:
#   [Benchmarks](../benchmarks.md).
# - **On a GPU**, whatever your machine has CUDA for.
# - **For exporting**, TensorFlow, whatever you trained on:
#   [Exporting](../export.md).
#
# Random numbers differ between backends, so a training that is repeated on
# another backend sees other crops of weather and another initialization, unless
# they are saved.
#
# What is written for one backend alone stands in `keras_muirf/trainers/`: the
# way in which each makes gradients. Everything else is `keras.ops`.
