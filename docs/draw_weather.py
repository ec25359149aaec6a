"""Draws the pictures of docs/weather.md: one sheet per weather.

Each row is one freely licensed photograph that scikit-image carries (astronaut
and rocket are NASA's and SpaceX's public domain; coffee and Chelsea the cat are
CC0), from left to right: clean, light, medium, heavy.

    KERAS_BACKEND=jax python docs/draw_weather.py
"""

import pathlib

import numpy as np
import skimage.data
import skimage.transform
from keras import ops
from PIL import Image

from keras_muirf import weather

FOLDER = pathlib.Path(__file__).parent / "images"
SIZE = 256
SHEETS = {
    "rain": (weather.Rain, ("rocket", "chelsea"), 8),
    "snow": (weather.Snow, ("chelsea", "astronaut"), 7),
    "haze": (weather.Haze, ("rocket", "astronaut"), 4),
    "raindrop": (weather.Raindrop, ("coffee", "astronaut"), 10),
}


def photograph(name):
    """A square float32 photograph `(SIZE, SIZE, 3)` in [0, 1]."""
    image = getattr(skimage.data, name)()
    side = min(image.shape[:2])
    top = (image.shape[0] - side) // 2
    left = (image.shape[1] - side) // 2
    square = image[top : top + side, left : left + side]
    square = skimage.transform.resize(square, (SIZE, SIZE), anti_aliasing=True)
    return square.astype("float32")


def main():
    FOLDER.mkdir(exist_ok=True)
    for name, (layer, names, seed) in SHEETS.items():
        clean = np.stack([photograph(n) for n in names])
        columns = [clean]
        for severity in ("light", "medium", "heavy"):
            columns.append(layer(severity=severity, seed=seed)(clean))
        columns = [ops.convert_to_numpy(c) for c in columns]
        sheet = np.concatenate(np.concatenate(columns, axis=2), axis=0)
        pixels = np.round(sheet * 255).astype("uint8")
        Image.fromarray(pixels).save(FOLDER / f"weather_{name}.jpg", quality=85)


if __name__ == "__main__":
    main()
