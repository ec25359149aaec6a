# %% [markdown]
# # Train all weathers with MVGH
#
# One network, four weathers, one gradient from each. This page trains it on
# weather that is synthesized on clean photographs, watches whether the
# weathers' gradients conflict, and lets a recipe do the same in one line.

# %%
import subprocess

import keras
import matplotlib.pyplot as plt
import skimage.data
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import callbacks
from keras_muirf import datasets
from keras_muirf import models
from keras_muirf import optimizers
from keras_muirf import weather

keras.utils.set_random_seed(0)

# %% [markdown]
# ## The data
#
# A folder of photographs without weather is enough. Where you have real pairs
# of a weather, a list mixes both: `"rain": [(pairs, 1.0), (synthesized, 0.3)]`.

# %%
for name, photograph in {
    "astronaut": skimage.data.astronaut(),
    "cat": skimage.data.chelsea(),
    "coffee": skimage.data.coffee(),
    "flower": load_sample_image("flower.jpg"),
    "rocket": skimage.data.rocket(),
}.items():
    keras_muirf.restoration.write_image(f"clean/{name}.png", photograph)

clean = datasets.CleanFolder("clean")
layers = {
    "rain": weather.Rain(seed=1),
    "snow": weather.Snow(seed=2),
    "haze": weather.Haze(seed=3),
    "raindrop": weather.Raindrop(seed=4),
}
sources = {
    name: datasets.Synthesized(clean, layer) for name, layer in layers.items()
}
dataset = datasets.WeatherMajorDataset(
    sources, images_per_weather=4, crop_size=64, steps_per_epoch=30, clear=0.1
)

# %% [markdown]
# A batch is weather-major: the first four crops have rain, the next four snow,
# and so on. That is how a training step gets one gradient per weather for the
# price of about one pass.

# %%
inputs, _ = dataset[0]
keras.visualization.plot_image_gallery(
    inputs["image"], rows=4, cols=4, value_range=(0, 1), scale=2, dpi=100
)

# %% [markdown]
# ## The network and the rule
#
# `clear_class` lets the network say that there is no weather; the `clear=0.1`
# above gives it crops to learn that from. MVGH wraps any Keras optimizer.

# %%
restorer = models.MUIRFImageRestorer(
    models.MUIRFBackbone(
        widths=(16, 32),
        encoder_blocks=(1,),
        middle_blocks=1,
        decoder_blocks=(1,),
        stem_width=16,
        clear_class=True,
    ),
    models.MUIRFImageRestorerPreprocessor(
        keras_muirf.layers.MUIRFImageConverter()
    ),
)
restorer.compile(
    optimizers.MVGH(keras.optimizers.AdamW(2e-3)),
    loss=keras_muirf.losses.RestorationLoss(),
    metrics=[keras_muirf.metrics.PSNR(ceiling=60.0, name="psnr")],
)

# %% [markdown]
# ## Watching the gradients
#
# `TrainingDiagnostics` writes down how the weathers' gradients agree, step by
# step, and what the network shares.

# %%
probe = datasets.WeatherMajorDataset(
    sources, images_per_weather=4, crop_size=96, steps_per_epoch=1, fixed=True
)
history = restorer.fit(
    dataset,
    epochs=5,
    verbose=0,
    callbacks=[
        callbacks.TrainingDiagnostics("diagnostics.csv", probe=probe, every=5)
    ],
).history

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3))
left.plot(history["psnr"])
left.set_title("PSNR of the crops, dB")
middle.plot(history["conflicts_before"], label="before MVGH")
middle.plot(history["conflicts_after"], label="after")
middle.set_title("share of conflicts")
middle.legend()
right.plot(history["weather_accuracy"])
right.set_title("weathers recognized")
for axes in (left, middle, right):
    axes.set_xlabel("epoch")
plt.show()

# %% [markdown]
# Before: pairs of weathers whose gradients point against each other. After:
# weathers that the step harms; with MVGH none, by construction. After 150
# steps the network does not know the weathers yet; the last training of our
# preset had about 9,500.
#
# ## As a recipe
#
# The recipe `all_weather` has the data, the stages and the held-out scenes of
# our own preset. It logs, keeps checkpoints, and goes on after whatever stopped
# it. With `--set` everything can be changed; `smoke=true` runs a few steps on
# drawn images to see whether all is in place:

# %%


def run(*command):
    """Shows a command and the end of what it prints."""
    print("$", *command)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print("...", *done.stdout.splitlines()[-8:], sep="\n")


run("muirf", "train", "all_weather", "--set", "smoke=true")

# %% [markdown]
# ## Further
#
# - [Training](../train.md): stages, precision, checkpoints, what can go wrong.
# - [Diagnostics](../diagnostics.md): every figure, and `muirf plot-run`.
# - [MVGH](../mvgh.md) and [its peers](../gradient_rules.md).
# - [Several devices](distributed_training.md).
