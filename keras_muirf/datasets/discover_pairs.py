import dataclasses

from keras_muirf.datasets.discover_splits import discover_splits
from keras_muirf.datasets.layouts import Scan
from keras_muirf.weathers import WEATHERS


def discover_pairs(directory):
    """Finds the benchmarks and the plain pairs of images in a folder.

    The folder may be a benchmark, hold several at any depth, or hold plain
    pairs: two folders with well-known names such as `input` and `gt`, whose
    files are paired by equal names without suffix. Where several benchmarks
    read the same files, the one that explains most of them is taken.

    Folders on the way tell the weather and the split of plain pairs where
    they are so named, as in `rain100l_test/rain/input`. Hidden folders and
    `__MACOSX` are passed over, and a folder that symbolic links lead to
    several times comes once.

    Args:
        directory: String or path of a folder.

    Returns:
        A list of `keras_muirf.datasets.PairSet`, in the order of their
        names: one for each split of a benchmark, and for each weather of it
        where the weathers are mixed; one for every two folders of plain
        pairs.

    Raises:
        FileNotFoundError: If there is no such folder.
        PermissionError: If a folder in it cannot be read.

    Example:

    ```python
    for found in keras_muirf.datasets.discover_pairs("data"):
        print(found.name, found.weather, len(found.scan.pairs))
    ```
    """
    return [
        part
        for found in discover_splits(directory)
        for part in _by_weather(found)
    ]


def _by_weather(found):
    """A set for each weather of a split; the first has all else in it."""
    groups = {}
    for pair in found.scan.pairs:
        groups.setdefault(pair.weather, []).append(pair)
    if len(groups) < 2:
        return [found]
    rest = (found.scan.missing, found.scan.unused, found.scan.strangers)
    parts = []
    for weather, pairs in sorted(groups.items()):
        parts.append(
            dataclasses.replace(
                found,
                name=f"{found.name}/{weather}",
                weather=weather if weather in WEATHERS else None,
                scan=Scan(found.split, pairs, *rest),
                expected=None,
            )
        )
        rest = ()
    return parts
