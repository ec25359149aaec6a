"""How much of what a second scale changes should be applied.

    python benchmarks/scale_gain.py DATA --preset P

For each weather of a preset, told to it: the mean PSNR in RGB on photographs
that the recipes hold out, with synthesized weather of the usual size and with
one 2.5 times as large, and on held-out pairs, for several gains of the second
scale. With a preset of one scale, what a second would bring without training.
"""

import argparse
import pathlib

import numpy as np

import keras_muirf
from keras_muirf import weather
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import MatchedPairs
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized
from keras_muirf.models import take_weathers

GAINS = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST_IMAGES = 10


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=pathlib.Path, help="folder with train/")
    parser.add_argument("--preset", default="muirf_tiny_all_weather")
    args = parser.parse_args()

    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(args.preset)
    restorer = take_weathers(restorer, restorer.weathers, scales=2)
    (gain,) = [w for w in restorer.weights if w.name == "specific_gain"]
    print("| set | images |", *(f"{value:g} |" for value in GAINS))
    print("|---|---|" + "---|" * len(GAINS))
    for name in filter(restorer.weathers.__contains__, keras_muirf.WEATHERS):
        for title, source in held_out(args.data / "train", name):
            pairs = [source[i] for i in range(min(len(source), MOST_IMAGES))]
            cells = []
            for value in GAINS:
                gain.assign(np.full(gain.shape, value))
                found = [
                    psnr(restorer.restore(image, name), target)
                    for image, target in pairs
                ]
                cells.append(f"{np.mean(found):.2f}")
            print(f"| {title} | {len(pairs)} |", " | ".join(cells), "|")


def held_out(train, name):
    """Yields names and sources that recipes do not train on."""
    _, photographs = CleanFolder(train / "clean" / "bsds500").split(0.05)
    layer = getattr(weather, name.capitalize())
    yield f"{name}, synthesized", Synthesized(photographs, layer(seed=0))
    if name != "haze":
        large = layer(scale=2.5, seed=0)
        yield f"{name}, synthesized, large", Synthesized(photographs, large)
    for folder in sorted((train / "pairs").glob(f"*/{name}")):
        pairs = PairedFolder(folder, name, scene=scene_of)
        if name == "raindrop":
            pairs = MatchedPairs(pairs)
        yield folder.parent.name, pairs.split(0.05)[1]


def scene_of(name):
    """As in recipes/all_weather.py."""
    parts = name.split("_")
    return "_".join(parts[:2]) if parts[0] == "NYU2" else parts[0]


def psnr(image, target):
    error = np.mean((image / 255.0 - target / 255.0) ** 2)
    return -10 * np.log10(error)


if __name__ == "__main__":
    main()
