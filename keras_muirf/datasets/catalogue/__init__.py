"""The benchmarks of weather removal, one folder each.

Each folder has the benchmark's `layout.py`, its TensorFlow Datasets builder
and that builder's README, citation and tags.
"""

import importlib

_NAMES = (
    "allweather",
    "snow100k",
    "raindrop",
    "outdoor_rain",
    "spa_data",
    "spa_plus",
    "realsnow",
    "revide",
    "reside",
    "rain100l",
    "rain100h",
    "rain800",
    "rain1400",
    "cdd11",
    "ohaze",
    "nhhaze",
)

BENCHMARKS = {
    name: importlib.import_module(f"{__name__}.{name}.layout").BENCHMARK
    for name in _NAMES
}
"""The descriptions of all benchmarks by the names that TFDS knows."""
