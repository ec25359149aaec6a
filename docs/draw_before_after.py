"""Draws docs/images/rainy.jpg, before_after.jpg and the sliders' pictures.

The photograph is china.jpg that scikit-learn carries (CC BY 2.0, danielbuechele
on Flickr), with synthesized weather.
The sheet shows, from top to bottom, weather and the restored photograph; the
sliders of the site's first page the same, as WEATHER_before.webp and
WEATHER_after.webp.

    KERAS_BACKEND=jax python docs/draw_before_after.py
"""

import pathlib

import numpy as np
import sklearn.datasets
from PIL import Image

import keras_muirf
from keras_muirf import weather

FOLDER = pathlib.Path(__file__).parent / "images"
PRESET = "muirf_tiny_all_weather"
SIZE = 320
RAIN = weather.Rain(0.5, scale=(0.6, 0.9), veil=0.1, seed=11)
# A camera that is focused on what lies behind the pane.
DROPS = weather.Raindrop(0.6, defocus=0.7, seed=2)


def synthesize(layer, photograph):
    images = photograph.astype("float32") / 255
    return np.rint(np.asarray(layer(images)) * 255).astype("uint8")


china = sklearn.datasets.load_sample_image("china.jpg")

rainy = synthesize(RAIN, china)
Image.fromarray(rainy).save(FOLDER / "rainy.jpg", quality=92)

restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(PRESET)
columns = []
for name, before, left in (
    ("rain", rainy, 40),
    ("snow", synthesize(weather.Snow(0.6, seed=3), china), 300),
    ("haze", synthesize(weather.Haze(0.5, seed=5), china), 40),
    ("raindrop", synthesize(DROPS, china), 40),
):
    after = restorer.restore(before)
    parts = [x[60 : 60 + SIZE, left : left + SIZE] for x in (before, after)]
    for part, when in zip(parts, ("before", "after"), strict=True):
        Image.fromarray(part).save(FOLDER / f"{name}_{when}.webp", quality=88)
    columns.append(np.concatenate(parts))
sheet = np.concatenate(columns, axis=1)
Image.fromarray(sheet).save(FOLDER / "before_after.jpg", quality=88)
