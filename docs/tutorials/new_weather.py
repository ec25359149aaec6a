# %% [markdown]
# # Write a new weather
#
# Rain, snow, haze and drops are what the package has. This page adds a dust
# storm, in a file of one's own, and trains a network that tells dust from rain
# and removes both. Nothing in the package needs to change.

# %%
import keras
import numpy as np
import skimage.data
from keras import ops
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import datasets
from keras_muirf import models
from keras_muirf import weather

keras.utils.set_random_seed(0)

# %% [markdown]
# ## The layer
#
# A weather is a Keras layer with one method: images and a severity per image
# in, images out. `draw` gives random numbers per image and `smooth_noise`
# clouds; everything else is `keras.ops`, so that the layer runs on every
# backend, compiled or not.
#
# Dust is Koschmieder's law with an airlight of ochre, in clouds, and blue is
# absorbed most. (A sketch of the look; no measurement of dust stands behind
# these numbers.)


# %%
@keras.saving.register_keras_serializable(package="my_weathers")
class Dust(weather.WeatherLayer):
    """A dust storm: clouds of ochre that swallow blue."""

    def apply_weather(self, images, severity):
        (warmth,) = self.draw(images, (0.0, 1.0))
        clouds = self.smooth_noise(images, 120.0, octaves=3)
        depth = 1.8 * severity * ops.exp(0.5 * clouds)
        absorption = ops.array([0.8, 1.0, 1.5], "float32")
        transmission = ops.exp(-depth[..., None] * absorption)
        warmth = warmth[..., None]
        ochre = ops.array([0.75, 0.55, 0.3], "float32")
        sand = ops.array([0.85, 0.7, 0.5], "float32")
        airlight = warmth * ochre + (1.0 - warmth) * sand
        return images * transmission + airlight * (1.0 - transmission)


# %% [markdown]
# `WeatherLayer` does the rest: it checks its input, takes one image or a batch,
# computes in float32, clips to [0, 1], and understands `"light"`, `"medium"`,
# `"heavy"` and ranges.

# %%
photographs = {
    "astronaut": skimage.data.astronaut(),
    "cat": skimage.data.chelsea(),
    "china": load_sample_image("china.jpg"),
    "flower": load_sample_image("flower.jpg"),
    "rocket": skimage.data.rocket(),
}
held_out = skimage.data.coffee()[-320:, -320:] / np.float32(255)
stages = [held_out]
for severity in ("light", "medium", "heavy"):
    dusty = Dust(severity, seed=4)(held_out)
    stages.append(keras.ops.convert_to_numpy(dusty))
keras.visualization.plot_image_gallery(
    np.stack(stages), rows=1, cols=4, value_range=(0, 1), scale=4, dpi=100
)

# %% [markdown]
# ## A network that knows it
#
# Weathers are named by words of your choice. The dataset takes them from its
# sources, the network from `weathers`, in the same order.

# %%
for name, photograph in photographs.items():
    keras_muirf.restoration.write_image(f"clean/{name}.png", photograph)
clean = datasets.CleanFolder("clean")
dataset = datasets.WeatherMajorDataset(
    {
        "rain": datasets.Synthesized(clean, weather.Rain((0.3, 0.8), seed=1)),
        "dust": datasets.Synthesized(clean, Dust((0.3, 0.8), seed=2)),
    },
    images_per_weather=4,
    crop_size=64,
    steps_per_epoch=150,
)
restorer = models.MUIRFImageRestorer(
    models.MUIRFBackbone(
        num_weathers=2,
        widths=(16, 32),
        encoder_blocks=(1,),
        middle_blocks=1,
        decoder_blocks=(1,),
        stem_width=16,
    ),
    models.MUIRFImageRestorerPreprocessor(
        keras_muirf.layers.MUIRFImageConverter()
    ),
    weathers=dataset.weathers,
)
restorer.compile(
    keras_muirf.optimizers.MVGH(
        keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(3e-3, 150))
    ),
    loss=keras_muirf.losses.RestorationLoss(),
)
restorer.fit(dataset, verbose=0)
print("labels:", dict(enumerate(restorer.weathers)))

# %% [markdown]
# A photograph that it has not seen. From left to right: dust, restored, the
# photograph. Half a minute of training takes a part of the dust away; the
# colours show where it goes.

# %%
dusty = stages[2]
restored, routing = restorer.restore(dusty, return_routing=True)


def psnr(image):
    return -10 * np.log10(np.square(image - held_out).mean())


print(f"in dust {psnr(dusty):.2f} dB, restored {psnr(restored):.2f} dB")
for name, probability in zip(
    restorer.weathers, routing["weather"], strict=True
):
    print(f"{name}: {probability:.2f}")
keras.visualization.plot_image_gallery(
    np.stack([dusty, restored, held_out]),
    rows=1,
    cols=3,
    value_range=(0, 1),
    scale=5,
    dpi=100,
)

# %% [markdown]
# ## The command knows it too
#
# What the preset was trained on is written in it, so
# `muirf restore --preset my_dust --weather dust photo.jpg` works.

# %%
restorer.save_to_preset("my_dust")
again = models.MUIRFImageRestorer.from_preset("my_dust")
print(again.weathers, np.abs(again.restore(dusty) - restored).max())

# %% [markdown]
# ## Further
#
# - How the weathers of the package are made, and what to look out for:
#   [Weather](../weather.md).
# - To make it a part of the package: [Contributing](../../CONTRIBUTING.md).
