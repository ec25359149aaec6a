"""RESIDE: ITS, OTS and both SOTS, also as DehazeFormer has them."""

from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts.image_pair import TARGET_CROPPED

_TARGETS = "clear|gt"
_INDOOR = r"(\d+)_\d+(?:_[\d.]+)?", r"\1"
_OUTDOOR = r"(?:part\d+/)?(\d+)_[\d.]+_[\d.]+", r"\1"


def _layout(folder, names=(), **options):
    return FolderLayout(
        f"{folder}/hazy",
        f"{folder}/{_TARGETS}",
        *names,
        weather="haze",
        **options,
    )


def _indoor_test(folder, names=()):
    return _layout(folder, names, form=TARGET_CROPPED)


BENCHMARK = Benchmark(
    name="reside",
    title="RESIDE",
    splits={
        "its": (
            _layout("ITS|ITS_v2", _INDOOR),
            _layout("ITS/train", _INDOOR),
            _layout("RESIDE-IN/train"),
        ),
        "ots": (
            _layout("OTS", _OUTDOOR, recursive=True),
            _layout("RESIDE-OUT/train"),
        ),
        "sots_indoor": (
            _indoor_test("SOTS|SOTS500/indoor", _INDOOR),
            _indoor_test("indoor", _INDOOR),
            _indoor_test("RESIDE-IN/test"),
        ),
        "sots_outdoor": (
            _layout("SOTS|SOTS500/outdoor", _OUTDOOR),
            _layout("outdoor", _OUTDOOR),
            _layout("RESIDE-OUT/test"),
        ),
    },
    counts={"its": 13990, "sots_indoor": 500, "sots_outdoor": 500},
)
