"""Folders of one's own: weathers, and in each `input` and `gt`."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.weathers import WEATHERS


def _weathers(folder):
    return FolderLayout(
        folder,
        folder,
        rf"({'|'.join(WEATHERS)})/input/(.+)",
        r"\1/gt/\2",
        weather=lambda name: name.partition("/")[0].lower(),
        recursive=True,
    )


BENCHMARK = Benchmark(
    name="paired_images",
    title="paired_images",
    splits={
        "train": (_weathers("train"), _weathers("")),
        "test": (_weathers("test"),),
    },
)
