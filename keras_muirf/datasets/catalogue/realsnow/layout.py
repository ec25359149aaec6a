"""RealSnow: a list for training, two folders for the test."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts import ListLayout

BENCHMARK = Benchmark(
    name="realsnow",
    title="RealSnow",
    splits={
        "train": (
            ListLayout("RealSnow.txt", bases=("RealSnow",), weather="snow"),
        ),
        "test": tuple(
            FolderLayout(
                f"video2imgs_IN_testing{end}",
                f"video2imgs_GT_testing{end}",
                weather="snow",
            )
            for end in ("", "_re")
        ),
    },
)
