"""Snow100K, with its tests where the archive has them or anywhere above."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout

_ARCHIVE = "media/jdway/GameSSD/overlapping/test/"


def _test(size):
    folders = (f"{root}Snow100K-{size}" for root in ("", "test/", _ARCHIVE))
    return tuple(
        FolderLayout(f"{folder}/synthetic", f"{folder}/gt", weather="snow")
        for folder in folders
    )


BENCHMARK = Benchmark(
    name="snow100k",
    title="Snow100K",
    splits={
        "train": (
            FolderLayout("all/synthetic", "all/gt", weather="snow"),
            FolderLayout("train/synthetic|input", "train/gt", weather="snow"),
            FolderLayout("synthetic", "gt", weather="snow"),
        ),
        "test_s": _test("S"),
        "test_m": _test("M"),
        "test_l": _test("L"),
        "realistic": (FolderLayout("realistic", None, weather="snow"),),
    },
    counts={"train": 50000},
)
