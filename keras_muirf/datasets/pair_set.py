import dataclasses
from pathlib import Path

from keras_muirf.datasets.layouts import Scan


@dataclasses.dataclass(frozen=True)
class PairSet:
    """Pairs of images found on disk that belong together.

    Args:
        name: String, where they were found, below the folder that was looked
            into: `"rain100l_test"`, `"Rain100L/test"`.
        folder: Path of the folder that holds the inputs' and the targets'
            folders, or the benchmark.
        benchmark: String, the title of the benchmark, or `None` for plain
            pairs of equal names.
        split: String, or `None` where nothing tells.
        weather: String, one of `keras_muirf.WEATHERS`, or `None` where
            nothing tells or the degradation is another.
        scan: `keras_muirf.datasets.layouts.Scan`.
        expected: Integer, the number of pairs in the original download of
            the benchmark, or `None` where it is not known.
    """

    name: str
    folder: Path
    benchmark: str | None
    split: str | None
    weather: str | None
    scan: Scan
    expected: int | None = None
