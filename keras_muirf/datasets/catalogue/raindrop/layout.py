"""RainDrop, whose archives may hold their own folder once more."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout


def _split(name):
    return tuple(
        FolderLayout(
            f"{folder}/data",
            f"{folder}/gt",
            r"(\d+)_rain",
            r"\1_clean",
            weather="raindrop",
        )
        for folder in (name, f"{name}/{name}")
    )


BENCHMARK = Benchmark(
    name="raindrop",
    title="RainDrop",
    splits={name: _split(name) for name in ("train", "test_a", "test_b")},
    counts={"train": 861, "test_a": 58},
)
