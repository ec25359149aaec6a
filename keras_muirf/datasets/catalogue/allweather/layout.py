"""AllWeather by TransWeather's list, or by its two folders."""

import re

from keras_muirf.datasets.catalogue.outdoor_rain.layout import LEAK
from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts import ListLayout


def weather(name):
    """Tells the weather by the name that an image has had in its own set."""
    name = name.rpartition("/")[2]
    if re.fullmatch(r"im_\d+_s\d+_a\d+", name):
        return "rain"
    return "raindrop" if re.fullmatch(r"\d+_rain", name) else "snow"


def _list(file):
    return ListLayout(
        file, bases=("allweather", "train"), weather=weather, leak=LEAK
    )


def _test(file, weather):
    return (ListLayout(f"test/{file}", bases=("test",), weather=weather),)


BENCHMARK = Benchmark(
    name="allweather",
    title="AllWeather",
    splits={
        "train": (
            _list("allweather.txt"),
            _list("train/allweather.txt"),
            FolderLayout("input", "gt", weather=weather, leak=LEAK),
            FolderLayout("train/input", "train/gt", weather=weather, leak=LEAK),
        ),
        "test_rain": _test("test1.txt", "rain"),
        "test_snow": _test("snowtest100k_L.txt", "snow"),
        "test_raindrop": _test("raindroptesta.txt", "raindrop"),
    },
    counts={"train": 18069},
)
