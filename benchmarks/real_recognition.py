"""As what a preset sees real photographs, of which nobody has the clean one.

    python benchmarks/real_recognition.py DIR --preset P

DIR has a folder per weather. The photographs are taken as they are, and the
folders of weathers that the preset does not know are left out.
"""

import argparse
import collections
import pathlib

import keras_muirf
from keras_muirf.restoration import discover
from keras_muirf.restoration import read_rgb8
from keras_muirf.restoration import route_photograph


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path, help="a folder a weather")
    parser.add_argument("--preset", default="muirf_tiny_all_weather")
    args = parser.parse_args()

    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(args.preset)
    print("| weather | images |", *(f"seen as {c} |" for c in restorer.classes))
    print("|---|---|" + "---|" * len(restorer.classes))
    for weather in restorer.weathers:
        if not (args.folder / weather).is_dir():
            continue
        seen = collections.Counter(
            seen_as(restorer, read_rgb8(path))
            for path, _ in discover([args.folder / weather])
        )
        counts = (str(seen[name]) for name in restorer.classes)
        print(f"| {weather} | {seen.total()} |", " | ".join(counts), "|")


def seen_as(restorer, pixels):
    """The most probable class of an image."""
    routing = route_photograph(restorer, pixels)
    return restorer.classes[restorer.class_probabilities(routing)[0].argmax()]


if __name__ == "__main__":
    main()
