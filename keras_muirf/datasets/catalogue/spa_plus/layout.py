"""SPA+: another list for training, SPA-Data's test."""

from keras_muirf.datasets.catalogue.spa_data.layout import test_folders
from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import ListLayout

BENCHMARK = Benchmark(
    name="spa_plus",
    title="SPA+",
    splits={
        "train": (ListLayout("spa_jpg.txt", bases=("SPA+",), weather="rain"),),
        "test": test_folders("rain_jpg|rain", "gt_jpg|gt"),
    },
    counts={"test": 1000},
)
