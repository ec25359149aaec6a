# %% [markdown]
# # Fine-tune a preset
#
# A preset removes rain in general. Yours may be another: from one camera, under
# one lamp, always from the left. A short training on top of a preset adapts it.
# The question is what becomes of the other weathers meanwhile.

# %%
import keras
import numpy as np
import skimage.data
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import datasets
from keras_muirf import weather

keras.utils.set_random_seed(0)
PRESET = "muirf_tiny_all_weather"

# %% [markdown]
# ## Your rain
#
# In place of a camera of yours: long, slanting streaks. `Synthesized` puts them
# on clean photographs while training. With pairs of files take
# `datasets.PairedFolder("my_rain", "rain")` instead.

# %%
photographs = {
    "astronaut": skimage.data.astronaut(),
    "cat": skimage.data.chelsea(),
    "coffee": skimage.data.coffee(),
    "flower": load_sample_image("flower.jpg"),
}
for name, photograph in photographs.items():
    keras_muirf.restoration.write_image(f"clean/{name}.png", photograph)

clean = datasets.CleanFolder("clean")
my_rain = weather.Rain((0.6, 1.0), angle=(50, 60), scale=2.5, veil=0, seed=1)
my_source = datasets.Synthesized(clean, my_rain)

# %% [markdown]
# To see what becomes of it: a photograph that is not trained on, in your rain
# and, for the other weathers, in haze.

# %%
held_out = load_sample_image("china.jpg")[60:380, 40:360]


def put(layer):
    weathered = layer(held_out / np.float32(255))
    return np.rint(keras.ops.convert_to_numpy(weathered) * 255).astype("uint8")


rainy = put(my_rain)
hazy = put(weather.Haze("medium", seed=5))


def psnr(image):
    error = (image / 255.0 - held_out / 255.0) ** 2
    return -10 * np.log10(error.mean())


def report(name, restorer):
    restored = restorer.restore(rainy, weather="rain")
    of_haze = restorer.restore(hazy, weather="haze")
    print(f"{name}: rain {psnr(restored):.2f} dB, haze {psnr(of_haze):.2f} dB")
    return restored


restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(PRESET)
print(f"untouched: rain {psnr(rainy):.2f} dB, haze {psnr(hazy):.2f} dB")
before = report("preset", restorer)

# %% [markdown]
# ## On your rain alone
#
# Half a minute of it, and your rain is restored better. But the network sees
# nothing else while it learns, and forgets what haze needs.


# %%
def tune(sources, images_per_weather, crop_size, steps):
    """The preset, trained further."""
    dataset = datasets.WeatherMajorDataset(
        sources,
        weathers=keras_muirf.WEATHERS,
        images_per_weather=images_per_weather,
        crop_size=crop_size,
        # Turned crops would have rain from everywhere.
        augment=None,
        steps_per_epoch=steps,
    )
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(PRESET)
    optimizer = keras.optimizers.Adam(
        keras.optimizers.schedules.CosineDecay(1e-3, steps)
    )
    if len(sources) > 1:
        optimizer = keras_muirf.optimizers.MeanGradient(optimizer)
    restorer.compile(optimizer, loss=keras_muirf.losses.RestorationLoss())
    restorer.fit(dataset, verbose=0)
    return restorer


alone = report("on your rain alone", tune({"rain": my_source}, 8, 64, 60))

# %% [markdown]
# ## With the other weathers beside it
#
# So let every batch have them all: your rain in place of rain, the others from
# the package's own layers. Each weather then has its part in every step, and a
# [gradient rule](../gradient_rules.md) says how they are put together.

# %%
others = {
    "snow": weather.Snow(seed=2),
    "haze": weather.Haze(seed=3),
    "raindrop": weather.Raindrop(seed=4),
}
sources = {
    name: datasets.Synthesized(clean, layer) for name, layer in others.items()
}
beside = report(
    "with the others beside it",
    tune({"rain": my_source, **sources}, 3, 96, 100),
)

# %% [markdown]
# From left to right: your rain, the preset, tuned on your rain alone, tuned
# with the other weathers beside it.

# %%
keras.visualization.plot_image_gallery(
    np.stack([rainy, before, alone, beside]),
    rows=1,
    cols=4,
    scale=4,
    dpi=100,
)

# %% [markdown]
# A few photographs and seconds, and one photograph to judge by: the numbers
# jump from run to run. Hold out more than one of yours, and stop when they no
# longer rise.
#
# ## Further
#
# - `restorer.freeze_shared()` before `compile` leaves trainable only what each
#   weather has for itself. Trained on one weather by an optimizer without
#   weight decay, the others then stay as they are, bit for bit. It can learn
#   less: the recipe has it as `--set only=rain`.
# - `restorer.save_to_preset("my_preset")`, then
#   `muirf restore --preset my_preset`.
# - As a recipe, with checkpoints and logs:
#   `muirf train all_weather --set data=DATA --set start=PRESET`.
