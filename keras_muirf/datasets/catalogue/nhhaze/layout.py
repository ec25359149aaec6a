"""NH-HAZE, hazy and clear images in one folder or two."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout


def _layout(inputs, targets):
    return FolderLayout(
        inputs, targets, r"(\d+)_hazy", r"\1_GT", weather="haze"
    )


BENCHMARK = Benchmark(
    name="nhhaze",
    title="NH-HAZE",
    splits={"train": (_layout("", ""), _layout("hazy", "GT"))},
    counts={"train": 55},
)
