"""Draws docs/images/rainy.jpg and docs/images/before_after.jpg.

The photographs are the two that scikit-learn carries (CC BY 2.0: china.jpg by
danielbuechele, flower.jpg by vultilion on Flickr), with synthesized weather.
The sheet shows, from top to bottom, weather and the restored photograph.

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


def synthesize(layer, photograph):
    images = photograph.astype("float32") / 255
    return np.rint(np.asarray(layer(images)) * 255).astype("uint8")


china = sklearn.datasets.load_sample_image("china.jpg")
flower = sklearn.datasets.load_sample_image("flower.jpg")

rainy = synthesize(RAIN, china)
Image.fromarray(rainy).save(FOLDER / "rainy.jpg", quality=92)

restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(PRESET)
columns = []
for before, left in (
    (rainy, 40),
    (synthesize(weather.Snow(0.6, seed=3), china), 300),
    (synthesize(weather.Haze(0.5, seed=5), china), 40),
    (synthesize(weather.Raindrop(0.6, seed=2), flower), 160),
):
    after = restorer.restore(before)
    columns.append(
        np.concatenate(
            [x[60 : 60 + SIZE, left : left + SIZE] for x in (before, after)]
        )
    )
sheet = np.concatenate(columns, axis=1)
Image.fromarray(sheet).save(FOLDER / "before_after.jpg", quality=88)
