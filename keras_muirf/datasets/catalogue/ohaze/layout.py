"""O-HAZE in its two folders."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout

BENCHMARK = Benchmark(
    name="ohaze",
    title="O-HAZE",
    splits={
        "train": (
            FolderLayout(
                "hazy",
                "GT",
                r"(\d+)_outdoor_hazy",
                r"\1_outdoor_GT",
                weather="haze",
            ),
        ),
    },
    counts={"train": 45},
)
