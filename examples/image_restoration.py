"""
Title: One network against rain, snow, haze and raindrops
Author: The keras-muirf authors
Date created: 2026/11/28
Last modified: 2026/11/28
Description: Train an image restorer on four weathers at once, with MVGH.
Accelerator: GPU
"""

"""
## Introduction

A photograph taken in bad weather can be restored by a network that has seen
pairs: with weather and without. One network per weather is easy to train and
hard to use, since somebody has to say which weather it is. One network for all
is easy to use and hard to train: the weathers pull its weights in different
directions.

MUIRF (An et al., IEEE TCSVT 36(3), 2026) has two answers. In every convolution
it chooses, image by image, which channels come from weights that all weathers
share and which from the weather's own (CPSM). And in training it homogenizes
the gradients that the weathers send into what they share (MVGH). Only the
abstract of the paper is public; this example uses `keras_muirf`, an independent
interpretation. It runs on TensorFlow, JAX and PyTorch.

## Setup

```shell
pip install keras-muirf scikit-image scikit-learn matplotlib
```
"""

import os

# Or "tensorflow", or "torch".
os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
import skimage.data
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import datasets
from keras_muirf import layers
from keras_muirf import losses
from keras_muirf import metrics
from keras_muirf import models
from keras_muirf import optimizers
from keras_muirf import weather

keras.utils.set_random_seed(0)

CROP_SIZE = 64
CROPS_PER_WEATHER = 4
STEPS_PER_EPOCH = 20
EPOCHS = 3  # Some thousand steps more for a good result.

"""
## Data

Pairs of one scene with and without weather are rare. So weather is put on clean
photographs, anew for every crop, by layers that are Keras layers like any
other. Here five photographs that come with scikit-image and scikit-learn have
to do; a folder of your own is better.
"""

for name, photograph in {
    "astronaut": skimage.data.astronaut(),
    "cat": skimage.data.chelsea(),
    "coffee": skimage.data.coffee(),
    "flower": load_sample_image("flower.jpg"),
    "rocket": skimage.data.rocket(),
}.items():
    keras_muirf.restoration.write_image(f"clean/{name}.png", photograph)

photographs = datasets.CleanFolder("clean")
dataset = datasets.WeatherMajorDataset(
    {
        "rain": datasets.Synthesized(photographs, weather.Rain(seed=1)),
        "snow": datasets.Synthesized(photographs, weather.Snow(seed=2)),
        "haze": datasets.Synthesized(photographs, weather.Haze(seed=3)),
        "raindrop": datasets.Synthesized(photographs, weather.Raindrop(seed=4)),
    },
    images_per_weather=CROPS_PER_WEATHER,
    crop_size=CROP_SIZE,
    steps_per_epoch=STEPS_PER_EPOCH,
)

"""
A batch holds the crops of one weather after those of the other, so that a
training step can tell their gradients apart. Above with weather, below without:
"""

inputs, targets = dataset[0]
first_of_each = slice(None, None, CROPS_PER_WEATHER)
keras.visualization.plot_image_gallery(
    np.concatenate([inputs["image"][first_of_each], targets[first_of_each]]),
    rows=2,
    cols=4,
    value_range=(0, 1),
)

"""
## The model

A U-shaped network of gated blocks. Its router looks at shallow features of the
image, finds the weather, and lets a few experts vote on every channel.
"""

restorer = models.MUIRFImageRestorer(
    models.MUIRFBackbone(**models.SIZES["tiny"]),
    models.MUIRFImageRestorerPreprocessor(layers.MUIRFImageConverter()),
)
print(f"{restorer.count_params():,} parameters")

"""
## Training

MVGH wraps any Keras optimizer. The callback writes down whether the weathers'
gradients conflict before and after it.
"""

restorer.compile(
    optimizer=optimizers.MVGH(keras.optimizers.AdamW(1e-3)),
    loss=losses.RestorationLoss(),
    metrics=[metrics.PSNR(name="psnr")],
)
history = restorer.fit(
    dataset,
    epochs=EPOCHS,
    verbose=2,
    callbacks=[keras_muirf.callbacks.TrainingDiagnostics("diagnostics.csv")],
)

"""
## Restoring

`restore` takes an image of any size as it is and says what it has seen. So
short a training does not remove much; the preset `muirf_tiny_all_weather`, the
same network after a longer one, shows where it leads. From left to right: in
haze, restored by what was just trained, by the preset, the photograph.
"""

photograph = load_sample_image("china.jpg")[60:380, 40:360]
hazy = weather.Haze("medium", seed=5)(photograph / np.float32(255))
hazy = keras.ops.convert_to_numpy(hazy)
restored, routing = restorer.restore(hazy, return_routing=True)
preset = models.MUIRFImageRestorer.from_preset("muirf_tiny_all_weather")
by_preset = preset.restore(hazy)

keras.visualization.plot_image_gallery(
    np.stack([hazy, restored, by_preset, photograph / 255]),
    rows=1,
    cols=4,
    value_range=(0, 1),
)
for name, image in {
    "in haze": hazy,
    "restored": restored,
    "by the preset": by_preset,
}.items():
    error = np.square(image - photograph / 255).mean()
    print(f"{name}: {-10 * np.log10(error):.2f} dB")

"""
## Saving

A preset is a folder. It loads on every backend, and
`muirf restore --preset my_restorer photo.jpg` uses it.
"""

restorer.save_to_preset("my_restorer")
restorer = models.MUIRFImageRestorer.from_preset("my_restorer")

"""
## Further

- The paper: [doi:10.1109/TCSVT.2025.3625191](https://doi.org/10.1109/TCSVT.2025.3625191).
- Other gradient rules for the same model: `optimizers.UPGrad`, `PCGrad`,
  `CAGrad`, `IMTLG`, `AlignedMTL`.
- Whether all this gains anything is measured in the package's documentation,
  on the page on its ablation.
"""
