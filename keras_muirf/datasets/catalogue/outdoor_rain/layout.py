"""Outdoor-Rain and Test1, whose scenes also stand in the training set."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout

LEAK = r"im_03(?:0[1-9]|[1-4]\d|50)(?:_s\d+_a\d+)?"
"""The training scenes that are the ground truth of Test1."""

_NAME = r"(im_\d+)_s\d+_a\d+"
_SAME = r"\g<0>"


def _layout(folder, partner, leak=None):
    return FolderLayout(
        f"{folder}in|data",
        f"{folder}gt",
        _NAME,
        partner,
        weather="rain",
        leak=leak,
    )


BENCHMARK = Benchmark(
    name="outdoor_rain",
    title="Outdoor-Rain",
    splits={
        "train": tuple(_layout(f, r"\1", LEAK) for f in ("train/", "")),
        "test": tuple(
            _layout(folder, partner)
            for folder in ("test_with_train_param_v5/", "Test1/", "test/")
            for partner in (r"\1", _SAME)
        ),
    },
    counts={"train": 9000, "test": 750},
)
