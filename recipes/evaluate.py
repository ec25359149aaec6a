"""The figures of a preset on test sets that no recipe trains on.

    python recipes/evaluate.py PRESET --data DATA --json figures.json

DATA holds `test/<set>/<weather>/{input,gt}` and photographs without weather
in `test/clean/<set>`. The photographs are measured with weather synthesized
on them, from a fixed seed (each backend has its own random numbers, so only
figures of one backend compare), and as they are: a clean photograph is to
stay clean, and its PSNR says how clean.
"""

import argparse
import json
import os
import pathlib
import platform
import sys
import tempfile

import drawn_data
import keras
import recipe

import keras_muirf
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("preset", help="name of a preset, or its folder")
parser.add_argument(
    "--data",
    default=os.environ.get("MUIRF_DATA"),
    help="folder with test/ (default: $MUIRF_DATA)",
)
parser.add_argument("--limit", type=int, help="images of each set, at most")
parser.add_argument("--json", help="file to write the figures to")
parser.add_argument(
    "--smoke", action="store_true", help="measure on drawn pictures"
)
args = parser.parse_args()
if args.smoke:
    scratch = tempfile.TemporaryDirectory()
    args.data = drawn_data.draw(scratch.name)
if args.data is None:
    parser.error("give the folder of the images with --data")
if args.limit is not None and args.limit < 1:
    parser.error(f"--limit has to be 1 or more, not {args.limit}")


class Unchanged:
    """Photographs whose best restoration they are themselves."""

    weather = "none"

    def __init__(self, photographs):
        self.photographs = photographs

    def pairs(self):
        for index, name in enumerate(self.photographs.names):
            yield name, self.photographs[index], self.photographs[index]


def few(source):
    return source.subset(range(len(source))[: args.limit])


restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(args.preset)

# === Data ===
test = pathlib.Path(args.data) / "test"
sources = {}
for folder in sorted(test.glob("*/*")):
    name, weather = folder.parent.name, folder.name
    if weather in restorer.weathers:
        name = f"{name} ({weather})"
        sources[name] = few(PairedFolder(folder, weather, cache=False))
for folder in sorted(test.glob("clean/*/")):
    photographs = few(CleanFolder(folder, cache=False))
    for weather in restorer.weathers:
        layer = getattr(keras_muirf.weather, weather.capitalize())(seed=0)
        name = f"{folder.name} (synthesized {weather})"
        sources[name] = Synthesized(photographs, layer)
    sources[f"{folder.name} (clean)"] = Unchanged(photographs)
if not sources:
    parser.error(f"there is no set of {', '.join(restorer.weathers)} in {test}")

# === Figures ===
figures = recipe.report(restorer, sources)
if args.json:
    for figure in figures.values():
        # Equal images have an infinite PSNR, which JSON does not know.
        for key, value in figure.items():
            figure[key] = None if value == float("inf") else value
    backend = keras.config.backend()
    record = {
        "preset": args.preset,
        "parameters": restorer.count_params(),
        "limit": args.limit,
        "sets": figures,
        "machine": {
            "platform": platform.platform(),
            "cpus": os.cpu_count(),
            "device": str(keras.ops.zeros(1).device),
        },
        "versions": {
            "keras_muirf": keras_muirf.__version__,
            "keras": keras.__version__,
            "backend": backend,
            backend: sys.modules[backend].__version__,
            "python": platform.python_version(),
        },
    }
    text = json.dumps(record, indent=2, allow_nan=False)
    pathlib.Path(args.json).write_text(text + "\n", encoding="utf-8")
