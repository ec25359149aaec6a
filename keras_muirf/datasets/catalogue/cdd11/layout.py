"""CDD-11: a folder for every degradation, one for the clear images."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout

DEGRADATIONS = (
    "low",
    "haze",
    "rain",
    "snow",
    "low_haze",
    "low_rain",
    "low_snow",
    "haze_rain",
    "haze_snow",
    "low_haze_rain",
    "low_haze_snow",
)


def _split(folder):
    return (
        FolderLayout(
            folder,
            folder,
            rf"({'|'.join(DEGRADATIONS)})/(.+)",
            r"clear/\2",
            weather=lambda name: name.partition("/")[0].lower(),
            recursive=True,
        ),
    )


BENCHMARK = Benchmark(
    name="cdd11",
    title="CDD-11",
    splits={"train": _split("CDD-11_train"), "test": _split("CDD-11_test")},
    counts={"train": 13013, "test": 2200},
)
