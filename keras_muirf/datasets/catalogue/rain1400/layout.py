"""Rain1400: fourteen rainy images for each clean one."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout


def _split(folder):
    return (
        FolderLayout(
            f"{folder}/rainy_image|rainy image",
            f"{folder}/ground_truth|ground truth",
            r"(\d+)_\d+",
            r"\1",
            weather="rain",
        ),
    )


BENCHMARK = Benchmark(
    name="rain1400",
    title="Rain1400",
    splits={"train": _split("training"), "test": _split("testing")},
    counts={"train": 12600, "test": 1400},
)
