"""REVIDE by sequences, or flattened as WGWS-Net reads it."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts import ListLayout


def _sequences(folder):
    return FolderLayout(
        f"{folder}/hazy", f"{folder}/gt", weather="haze", recursive=True
    )


BENCHMARK = Benchmark(
    name="revide",
    title="REVIDE",
    splits={
        "train": (
            ListLayout("RealHaze.txt", bases=("REVIDE",), weather="haze"),
            _sequences("Train"),
        ),
        "test": (
            _sequences("Test"),
            FolderLayout("Test/hazy_re", "Test/gt_re", weather="haze"),
        ),
    },
)
