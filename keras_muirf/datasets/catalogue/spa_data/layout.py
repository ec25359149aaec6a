"""SPA-Data by its lists; its test also by the two folders."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts import ListLayout


def test_folders(inputs, targets):
    """The folders of the test; targets are called `000gt.png` or alike."""
    return tuple(
        FolderLayout(
            f"real_test_1000/{inputs}",
            f"real_test_1000/{targets}",
            r"(.+)",
            partner,
            weather="rain",
        )
        for partner in (r"\1gt", r"\1")
    )


BENCHMARK = Benchmark(
    name="spa_data",
    title="SPA-Data",
    splits={
        "train": (ListLayout("real_world.txt", weather="rain"),),
        "test": (
            ListLayout("real_test_1000.txt", weather="rain"),
            *test_folders("rain", "gt"),
        ),
    },
    counts={"train": 638492, "test": 1000},
)
