"""Which photographs are seen as clear, were the class `clear` more probable.

    python benchmarks/clear_share.py DATA --preset P

On `train/clean/bsds500` of DATA, without weather and with each of the preset's,
and on the pairs of `train/pairs`: every fourth photograph, every second pair.
A column adds its number to the logit of `clear`: what a network would learn if
more of its crops had no weather.
"""

import argparse
import pathlib

import numpy as np

import keras_muirf
from keras_muirf import weather
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized
from keras_muirf.weathers import CLEAR

SHIFTS = (0.0, 0.25, 0.5, 0.8, 1.1, 1.4)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=pathlib.Path, help="folder with train/")
    parser.add_argument("--preset", default="muirf_tiny_all_weather")
    args = parser.parse_args()

    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(args.preset)
    if CLEAR not in restorer.classes:
        parser.error(f"{args.preset} does not tell what is clear")
    print("| set | images |", *(f"+{s} |" for s in SHIFTS))
    print("|---|---|" + "---|" * len(SHIFTS))
    for name, images in sets(args.data / "train", restorer.weathers):
        clear = np.array([probability(restorer, image) for image in images])
        odds = clear / np.maximum(1 - clear, 1e-9)
        seen = [np.mean(odds * np.exp(shift) > 1) for shift in SHIFTS]
        cells = " | ".join(f"{100 * share:.0f} %" for share in seen)
        print(f"| {name} | {len(clear)} | {cells} |", flush=True)


def sets(train, weathers):
    """Yields names and lists of uint8 images."""
    photographs = CleanFolder(train / "clean" / "bsds500", cache=False)
    places = range(0, len(photographs), 4)
    yield "clear", [photographs[i] for i in places]
    for name in filter(weathers.__contains__, keras_muirf.WEATHERS):
        layer = getattr(weather, name.capitalize())(seed=0)
        made = Synthesized(photographs, layer)
        yield f"synthesized {name}", [made[i][0] for i in places]
    for folder in sorted((train / "pairs").glob("*/*")):
        if folder.name in weathers:
            pairs = PairedFolder(folder, folder.name, cache=False)
            inputs = [pairs[i][0] for i in range(0, len(pairs), 2)]
            yield folder.parent.name, inputs


def probability(restorer, image):
    """That there is no weather on an image."""
    moments = restorer.shallow_moments(image[None].astype("float32") / 255)
    return float(restorer.route(moments)["clear"][0, 0])


if __name__ == "__main__":
    main()
