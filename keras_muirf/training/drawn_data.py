"""Small drawn pictures in the layout that recipes read, for `--smoke`."""

import pathlib

import numpy as np

from keras_muirf.libvips import pyvips

PAIRS = (
    "train/pairs/rain100l_train/rain",
    "train/pairs/rain800_train/rain",
    "train/pairs/rain1400_sample/rain",
    "train/pairs/ohaze/haze",
    "train/pairs/nyu_aod_sample/haze",
    "train/pairs/robotcar_deraindrop/raindrop",
    "test/drawn_rain/rain",
    "test/drawn_haze/haze",
)
CLEAN = ("train/clean/bsds500", "test/clean/kodak24")
# One for training and one for validation.
PICTURES = 2
SIDE = 48


def draw(directory, more=()):
    """Draws all folders of the recipes' data.

    Args:
        directory: path of the folder that `--data` shall name.
        more: list of strings: further folders in it, for pairs or, where
            `clean` is among their parts, for photographs without weather.

    Returns:
        The path of that folder.
    """
    directory = pathlib.Path(directory)
    rng = np.random.default_rng(0)
    clean = [f for f in more if "clean" in pathlib.PurePath(f).parts]
    for folder in (*PAIRS, *(f for f in more if f not in clean)):
        for number in range(PICTURES):
            picture = scene(rng)
            _write(directory / folder / "gt" / f"{number}.png", picture)
            spoilt = bad_weather(picture, rng)
            _write(directory / folder / "input" / f"{number}.png", spoilt)
    for folder in (*CLEAN, *clean):
        for number in range(PICTURES):
            _write(directory / folder / f"{number}.png", scene(rng))
    return directory


def scene(rng):
    """A sky, a textured ground and a few discs, uint8 (SIDE, SIDE, 3)."""
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    sky, ground = rng.uniform(0.2, 0.8, (2, 3))
    picture = sky + (ground - sky) * y[..., None]
    ripples = 0.1 * np.sin(40 * (y + x * rng.uniform(-1, 1)))
    picture[y > 0.6] += ripples[y > 0.6][:, None]
    for _ in range(4):
        center_y, center_x, radius = rng.uniform((0, 0, 0.05), (1, 1, 0.2))
        disc = np.hypot(y - center_y, x - center_x) < radius
        picture[disc] = rng.uniform(0.0, 1.0, 3)
    return _uint8(picture)


def bad_weather(picture, rng):
    """Fog over the picture and bright slanting streaks in front of it."""
    y, x = np.mgrid[:SIDE, :SIDE]
    streaks = (5 * x + y + rng.integers(60)) % 60 < 5
    return _uint8(0.7 * picture / 255 + 0.2 + 0.1 * streaks[..., None])


def _uint8(picture):
    return np.rint(np.clip(picture, 0.0, 1.0) * 255).astype("uint8")


def _write(path, picture):
    path.parent.mkdir(parents=True, exist_ok=True)
    pyvips.Image.new_from_array(picture).write_to_file(str(path))
