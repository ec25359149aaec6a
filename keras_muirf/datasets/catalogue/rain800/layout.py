"""Rain800, both halves of a pair in one file; Restormer's as Test100."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts import SideBySideLayout


def _halves(folder):
    return SideBySideLayout(folder, r"\d+", weather="rain")


def _test100(folder):
    return FolderLayout(f"{folder}/input", f"{folder}/target", weather="rain")


BENCHMARK = Benchmark(
    name="rain800",
    title="Rain800",
    splits={
        "train": (_halves("training|train"),),
        "test": (
            _halves("test_syn"),
            _halves("test"),
            _test100("test/Test100"),
            _test100("Test100"),
        ),
    },
    counts={"train": 700, "test": 100},
)
