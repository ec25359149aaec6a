# %% [markdown]
# # Restore your photographs
#
# From Python, from the command line, and what to do when the result is not
# what you hoped for. No training, no GPU.

# %%
import subprocess

import keras
import numpy as np
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import weather

# %% [markdown]
# ## Photographs
#
# So that everybody sees the same, this page takes two photographs that
# scikit-learn carries and puts weather on them. Take your own instead: arrays
# `(height, width, 3)` of uint8, of any size.

# %%
china = load_sample_image("china.jpg")
flower = load_sample_image("flower.jpg")


def put(layer, photograph):
    """Weather layers work on floats in [0, 1]."""
    weathered = keras.ops.convert_to_numpy(layer(photograph / np.float32(255)))
    return np.rint(weathered * 255).astype("uint8")


photographs = {
    "rain": put(weather.Rain("medium", veil=0.1, seed=11), china),
    "snow": put(weather.Snow("medium", seed=3), china),
    "haze": put(weather.Haze("medium", seed=5), china),
    "raindrop": put(weather.Raindrop("medium", seed=2), flower),
}

# %% [markdown]
# ## One network for all of them
#
# The preset that comes with the package knows four weathers. Nobody tells it
# which one it sees.

# %%
restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
    "muirf_tiny_all_weather"
)
restored = {}
print("          " + "  ".join(f"{name:>8}" for name in restorer.classes))
for name, photograph in photographs.items():
    restored[name], routing = restorer.restore(photograph, return_routing=True)
    seen = restorer.class_probabilities(routing)
    print(f"{name:<10}" + "  ".join(f"{p:8.2f}" for p in seen))

# %% [markdown]
# Above with weather, below restored:

# %%


def parts(images):
    """The middle of each, so that details can be seen."""
    return np.stack([image[60:380, 40:360] for image in images])


keras.visualization.plot_image_gallery(
    parts([*photographs.values(), *restored.values()]),
    rows=2,
    cols=4,
    scale=4,
    dpi=100,
)

# %% [markdown]
# Most of the rain and the snow is gone, and the haze, at the price of stripes
# in an even sky. Drops on glass are what this preset does worst: they are seen,
# and become only fainter. The [presets](../presets.md) have figures, and their
# model cards the failures.
#
# ## Half of it, or a weather by name
#
# Where the restored picture goes too far for your taste, take less of it.
# Where the network takes the weather for another, name it; `"mixed"` removes
# what it sees of all of them at once.

# %%
half = restorer.restore(photographs["snow"], strength=0.5)
named = restorer.restore(photographs["snow"], weather="snow")
as_rain = restorer.restore(photographs["snow"], weather="rain")
keras.visualization.plot_image_gallery(
    parts([half, named, as_rain]), rows=1, cols=3, scale=5, dpi=100
)

# %% [markdown]
# From left to right: half strength, told that it is snow, told that it is
# rain. The last one shows that the kernels of each weather are really its own.
#
# ## A folder, from the command line
#
# The command does the same with files. It keeps bit depth, transparency, EXIF
# and colour profile, and cuts large images into tiles whose borders nobody
# sees.

# %%
for name, photograph in photographs.items():
    keras_muirf.restoration.write_image(f"photographs/{name}.jpg", photograph)


def run(*command):
    """Shows a command and what it prints."""
    print("$", *command)
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    print(done.stdout)


run("muirf", "restore", "photographs", "--out", "restored")

# %% [markdown]
# Run again it does nothing, since what is there is left alone: a run over
# thousands of files that was broken off goes on where it was.

# %%
run("muirf", "restore", "photographs", "--out", "restored")

# %% [markdown]
# ## Further
#
# - [Restoring photographs](../restore.md): every option, what is kept of a
#   file, memory.
# - [Restoring videos](../video.md) and [very many files](../bulk.md).
# - [A page in the browser](../serve.md): `muirf demo`.
# - [Questions](../faq.md): the picture came back unchanged, and others.
