# %% [markdown]
# # Train on several devices
#
# A gradient rule is not linear, so it matters *when* devices put their
# gradients together: each weather's gradient is averaged over the devices
# first, and the rule sees the averages. Two devices then take the step that one
# would. This page shows it, on devices that any machine has.

# %%
import os
import pathlib
import subprocess
import sys

import numpy as np

import keras_muirf

backend = os.environ.get("KERAS_BACKEND", "tensorflow")

# %% [markdown]
# ## One script for one device or many
#
# `use_devices` opens what the backend has for this: `DataParallel` on JAX,
# `MirroredStrategy` on TensorFlow, a process group of `torch.distributed` on
# PyTorch. It returns how the dataset shares its batches.
#
# Noise of the router is drawn by each device, and two small losses look at a
# device's own part of the batch. They are off here, since this page compares.

# %%
pathlib.Path("train.py").write_text(
    """
import sys

import keras
import numpy as np
import keras_muirf
from keras_muirf import datasets, models, optimizers, training, weather

devices, file = int(sys.argv[1]), sys.argv[2]
if keras.config.backend() == "tensorflow":
    # Two devices out of one CPU. With GPUs this is not needed.
    import tensorflow as tf

    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )
share = training.use_devices(devices)
keras.utils.set_random_seed(0)

clean = datasets.CleanFolder("clean")
dataset = datasets.WeatherMajorDataset(
    {
        "rain": datasets.Synthesized(clean, weather.Rain(seed=1)),
        "haze": datasets.Synthesized(clean, weather.Haze(seed=2)),
    },
    images_per_weather=4,
    crop_size=32,
    steps_per_epoch=10,
    **share,
)
restorer = models.MUIRFImageRestorer(
    models.MUIRFBackbone(
        num_weathers=2,
        widths=(8,),
        encoder_blocks=(),
        middle_blocks=1,
        decoder_blocks=(),
        sharing_loss_weight=0.0,
        router_config={"noise": 0.0, "balance_loss_weight": 0.0},
    ),
    weathers=dataset.weathers,
)
restorer.compile(optimizers.MVGH(keras.optimizers.SGD(0.05)), loss="mae")
restorer.fit(dataset, epochs=3, verbose=0)
if training.is_first_process():
    flat = [v.numpy().ravel() for v in restorer.trainable_variables]
    np.save(file, np.concatenate(flat))
"""
)

# %% [markdown]
# Photographs in place of yours: drawn patches of colour.

# %%
rng = np.random.default_rng(0)
for number in range(6):
    colours = rng.integers(0, 256, (8, 8, 3), "uint8")
    picture = np.kron(colours, np.ones((12, 12, 1), "uint8"))
    keras_muirf.restoration.write_image(f"clean/{number}.png", picture)

# %% [markdown]
# ## One device, then two
#
# PyTorch wants a process for every device, which `torchrun` starts. On JAX and
# TensorFlow one process has them all. The variable for JAX makes two devices of
# one CPU.

# %%
environment = {
    **os.environ,
    "CUDA_VISIBLE_DEVICES": "",
    "OMP_NUM_THREADS": "1",
    "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
}


def train(devices):
    start = ["-m", "torch.distributed.run", f"--nproc-per-node={devices}"]
    subprocess.run(
        [
            sys.executable,
            *(start if backend == "torch" and devices > 1 else []),
            "train.py",
            str(devices),
            f"weights_{devices}.npy",
        ],
        env=environment,
        check=True,
        capture_output=True,
    )
    return np.load(f"weights_{devices}.npy")


one, two = train(1), train(2)
print(f"on {backend}: {one.size} weights after 30 steps of MVGH")
print(f"largest difference {np.abs(one - two).max():.1e}")

# %% [markdown]
# Averaging after the rule, which is what happens when each device runs it on
# its own gradients, would give another step: the norms that MVGH makes alike
# and the conflicts that it removes would be those of a part of the batch.
#
# ## Recipes
#
# ```console
# KERAS_BACKEND=jax muirf train all_weather --set devices=2
# KERAS_BACKEND=tensorflow muirf train all_weather --set devices=2
# KERAS_BACKEND=torch torchrun --nproc-per-node 2 recipes/all_weather.py
# ```
#
# What batches have to be divisible by, and what is drawn where:
# [Distributed training](../distributed.md).
