# %% [markdown]
# # Train a derainer on your own pairs
#
# You have photographs with rain and the same scenes without. This page trains
# a network on such pairs, looks at what it does to a photograph that it has not
# seen, and hands it to the command line.
#
# It takes half a minute on a CPU, so the result is no more than a beginning.
# What a longer training gives is at the [end](#further).

# %%
import subprocess

import keras
import numpy as np
import skimage.data
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import datasets
from keras_muirf import models

keras.utils.set_random_seed(0)

# %% [markdown]
# ## The pairs
#
# Two folders with the same file names: `input/` with rain, `gt/` without. In
# place of yours, this draws rain on photographs that scikit-image and
# scikit-learn carry. One is kept for the end.

# %%
clean = {
    "astronaut": skimage.data.astronaut(),
    "cat": skimage.data.chelsea(),
    "coffee": skimage.data.coffee(),
    "flower": load_sample_image("flower.jpg"),
    "rocket": skimage.data.rocket(),
}
rain = keras_muirf.weather.Rain((0.7, 1.0), angle=(-20, 20), seed=1)


def with_rain(photograph):
    rainy = rain(photograph / np.float32(255))
    return np.rint(keras.ops.convert_to_numpy(rainy) * 255).astype("uint8")


write_image = keras_muirf.restoration.write_image
for name, photograph in clean.items():
    write_image(f"my_rain/input/{name}.png", with_rain(photograph))
    write_image(f"my_rain/gt/{name}.png", photograph)

held_out = load_sample_image("china.jpg")
held_out_rainy = with_rain(held_out)

# %% [markdown]
# ## Look at the data first
#
# Missing partners, damaged files, pairs that do not show the same scene: find
# them now and not after a night of training.

# %%


def run(*command):
    """Shows a command and what it prints."""
    print("$", *command)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(done.stdout)


run("muirf", "data", "check", "my_rain")

# %% [markdown]
# Batches are random crops, turned and mirrored, rainy and clean alike:

# %%
pairs = datasets.PairedFolder("my_rain", "rain")
dataset = datasets.WeatherMajorDataset(
    {"rain": pairs}, images_per_weather=8, crop_size=64, steps_per_epoch=80
)
inputs, targets = dataset[0]
keras.visualization.plot_image_gallery(
    np.concatenate([inputs["image"][:6], targets[:6]]),
    rows=2,
    cols=6,
    value_range=(0, 1),
    scale=2,
    dpi=100,
)

# %% [markdown]
# ## The network
#
# With a single weather there is nothing to share and nothing to route: CPSM
# leaves a plain network. This one is very small; take
# `models.MUIRFBackbone(num_weathers=1, **models.SIZES["tiny"])` and more steps
# for a network of the presets' size.

# %%
restorer = models.MUIRFImageRestorer(
    models.MUIRFBackbone(
        num_weathers=1,
        widths=(16, 32),
        encoder_blocks=(1,),
        middle_blocks=1,
        decoder_blocks=(1,),
        stem_width=16,
    ),
    models.MUIRFImageRestorerPreprocessor(
        keras_muirf.layers.MUIRFImageConverter()
    ),
    weathers=("rain",),
)
restorer.compile(
    keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(3e-3, 240), weight_decay=1e-4
    ),
    loss=keras_muirf.losses.RestorationLoss(),
    metrics=[keras_muirf.metrics.PSNR(name="psnr")],
)
history = restorer.fit(dataset, epochs=3, verbose=0)
for epoch, psnr in enumerate(history.history["psnr"], 1):
    print(f"epoch {epoch}: {psnr:.2f} dB on the crops")

# %% [markdown]
# ## A photograph that it has not seen
#
# And beside it what the preset `muirf_tiny_derain` does: a larger network,
# trained for ten minutes on halves of two GPUs, on the recipe's data.

# %%
restored = restorer.restore(held_out_rainy)
preset = models.MUIRFImageRestorer.from_preset("muirf_tiny_derain")
by_preset = preset.restore(held_out_rainy)


def psnr(image):
    error = (image / 255.0 - held_out / 255.0) ** 2
    return -10 * np.log10(error.mean())


for name, image in {
    "with rain": held_out_rainy,
    "after half a minute of training": restored,
    "muirf_tiny_derain": by_preset,
}.items():
    print(f"{name}: {psnr(image):.2f} dB")
images = np.stack([held_out_rainy, restored, by_preset, held_out])
keras.visualization.plot_image_gallery(
    images[:, 60:380, 40:360], rows=1, cols=4, scale=4, dpi=100
)

# %% [markdown]
# From left to right: with rain, restored by what was just trained, by the
# preset, the photograph.
#
# ## Use it
#
# A preset is a folder with all that is needed. It has no backend: what was
# trained on one restores on the others.

# %%
restorer.save_to_preset("my_derain")
write_image("rainy.png", held_out_rainy)
run("muirf", "restore", "rainy.png", "--preset", "my_derain")

# %% [markdown]
# ## Further
#
# - A run that goes on after whatever stopped it, with logs, checkpoints and
#   pictures, is a [recipe](../recipes.md): `muirf train derain --set data=DATA`
#   made the preset `muirf_tiny_derain`, 34.80 dB on Rain100L's test set where
#   the rainy images have 26.90.
# - No pairs? Put weather on clean photographs while you train:
#   [all weathers](train_all_weathers.md).
# - Few pairs? [Start from a preset](fine_tune.md).
# - Measure by a [protocol](../evaluate.md) that others can repeat.
