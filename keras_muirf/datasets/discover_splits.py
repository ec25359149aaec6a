import collections
import dataclasses
import os
import re
from pathlib import Path

from keras_muirf.datasets.catalogue import BENCHMARKS
from keras_muirf.datasets.folder_walk import walk_folders
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts.image_pair import CLEAN_LEFT
from keras_muirf.datasets.pair_set import PairSet
from keras_muirf.weathers import WEATHERS

# Folders of inputs by their names in lower case, with the weather that the
# name tells, and folders of targets, those of a pair in order of preference.
_INPUTS = {
    "input": None,
    "in": None,
    "data": None,
    "lq": None,
    "synthetic": None,
    "blurry": None,
    "rain": "rain",
    "rainy": "rain",
    "snow": "snow",
    "snowy": "snow",
    "haze": "haze",
    "hazy": "haze",
    "raindrop": "raindrop",
}
_TARGETS = ("gt", "target", "clear", "clean", "norain", "sharp")
_SPLITS = {
    "train": "train",
    "training": "train",
    "val": "validation",
    "validation": "validation",
    "test": "test",
    "testing": "test",
}


# Names that tell nothing about the benchmark.
_COMMON = {*_INPUTS, *_TARGETS, *_SPLITS}
# The benchmarks that may lie in one folder without subfolders. The others are
# not looked for there: a folder of 50,000 images takes time to list.
_FLAT = [
    benchmark
    for benchmark in BENCHMARKS.values()
    for layouts in benchmark.splits.values()
    if any(getattr(layout, "inputs", None) == "" for layout in layouts)
]


def discover_splits(directory):
    """Finds the splits of benchmarks and the plain pairs in a folder.

    As `keras_muirf.datasets.discover_pairs`, but a split whose weathers are
    mixed stays one set, whose `weather` is `None`.

    Args:
        directory: String or path of a folder.

    Returns:
        A list of `keras_muirf.datasets.PairSet`, in the order of their names.

    Raises:
        FileNotFoundError: If there is no such folder.
        PermissionError: If a folder in it cannot be read.
    """
    directory = Path(directory)
    folders = list(walk_folders(directory))
    try:
        claimed = set()
        sets = _benchmarks(directory, folders, claimed)
        sets += _plain_pairs(directory, folders, claimed)
    except PermissionError as error:
        raise PermissionError(
            f"{error.filename}: the folder cannot be read ({error.strerror});"
            " check its permissions."
        ) from error
    return sorted(sets, key=lambda found: found.name)


def _benchmarks(directory, folders, claimed):
    """The benchmarks' sets; their inputs are added to `claimed`."""
    readings = []
    for depth, (folder, names) in enumerate(folders):
        steps = _steps(directory, folder)
        for benchmark in BENCHMARKS.values() if names else _FLAT:
            scans = benchmark.scan(folder)
            if scans and _is_told(benchmark, folder, steps, scans):
                fit = _misfit(benchmark, steps, scans)
                readings.append(((*fit, depth), steps, benchmark, scans))
    sets = []
    for _, steps, benchmark, scans in sorted(readings, key=lambda r: r[0]):
        fresh = {
            split: scan
            for split, scan in scans.items()
            if not _is_claimed(scan, claimed)
        }
        if not any(scan.pairs for scan in fresh.values()):
            continue
        for split, scan in fresh.items():
            claimed.update(pair.input for pair in scan.pairs)
            sets.append(_split_set(directory, steps, benchmark, split, scan))
    return sets


def _is_told(benchmark, folder, steps, scans):
    """Whether more than plain pairs in folders of common names was read.

    Some layouts would read any `input` and `gt`. They are believed where a
    folder is named after the benchmark, where files or folders have names of
    its own, and where names tell several weathers or the counts are met.
    """
    pairs = [pair for scan in scans.values() for pair in scan.pairs]
    on_the_way = {
        part
        for pair in pairs
        for path in {pair.input, pair.target or pair.input}
        for part in path.relative_to(folder).parts[:-1]
    }
    return (
        any(part.lower() not in _COMMON for part in on_the_way)
        or any(_is_named(step, benchmark) for step in steps)
        or len({pair.weather for pair in pairs}) > 1
        or any(
            len(scan.pairs) == benchmark.counts.get(split)
            for split, scan in scans.items()
        )
        or any(
            pair.form == CLEAN_LEFT
            or (pair.target and pair.input.stem != pair.target.stem)
            for pair in pairs
        )
    )


def _is_named(folder, benchmark):
    words = (_letters(benchmark.name), _letters(benchmark.title))
    return _letters(folder).startswith(words)


def _misfit(benchmark, steps, scans):
    """Sorts readings of the same files, the best first.

    That is the one with most pairs, then with fewest files left over, then
    the benchmark that a folder is named after or whose counts are met: some
    benchmarks differ in nothing else.
    """
    return (
        -sum(len(scan.pairs) for scan in scans.values()),
        sum(len(s.missing + s.unused + s.strangers) for s in scans.values()),
        not any(_is_named(step, benchmark) for step in steps),
        -sum(
            len(scan.pairs) == benchmark.counts.get(split)
            for split, scan in scans.items()
        ),
    )


def _letters(name):
    return re.sub(r"[\W_]", "", name.lower())


def _is_claimed(scan, claimed):
    taken = sum(pair.input in claimed for pair in scan.pairs)
    return taken > len(scan.pairs) / 2


def _split_set(directory, steps, benchmark, split, scan):
    weathers = {pair.weather for pair in scan.pairs}
    below = steps[1:]
    if not any(_is_named(step, benchmark) for step in below):
        below = (*below, benchmark.title)
    return PairSet(
        name="/".join((*below, split)),
        folder=directory.joinpath(*steps[1:]),
        benchmark=benchmark.title,
        split=split,
        weather=_known(weathers.pop()) if len(weathers) == 1 else None,
        scan=scan,
        expected=benchmark.counts.get(split),
    )


def _plain_pairs(directory, folders, claimed):
    found, read = {}, {path.parent for path in claimed}
    for folder, names in folders:
        by_name = {name.lower(): name for name in names}
        targets = [by_name[name] for name in _TARGETS if name in by_name]
        for inputs in filter(by_name.get, _INPUTS) if targets else ():
            steps = _steps(directory, folder)
            weather = _INPUTS[inputs] or _weather(steps)
            split = _split(steps)
            layout = FolderLayout(
                by_name[inputs], targets[0], weather=weather or "unknown"
            )
            scan = layout.scan(folder, split)
            if scan is None or _is_claimed(scan, claimed):
                continue
            if not scan.pairs and folder / by_name[inputs] in read:
                continue
            place = (*steps[1:], by_name[inputs])
            found[place] = PairSet("", folder, None, split, weather, scan)
    return _named(found, steps[0] if found else "")


def _named(found, own_name):
    """Names plain sets by their places, as short as they stay distinct."""
    forms = [
        {place: form(place) or own_name for place in found}
        for form in (_without_weather, lambda p: "/".join(p[:-1]), "/".join)
    ]
    counts = [collections.Counter(names.values()) for names in forms]
    return [
        dataclasses.replace(
            pairs,
            name=next(
                names[place]
                for names, count in zip(forms, counts, strict=True)
                if count[names[place]] == 1
            ),
        )
        for place, pairs in found.items()
    ]


def _without_weather(place):
    return "/".join(s for s in place[:-1] if s.lower() not in WEATHERS)


def _steps(directory, folder):
    """The names of the folders from `directory`, its own first, to `folder`."""
    own_name = Path(os.path.abspath(directory)).name
    return (own_name, *folder.relative_to(directory).parts)


def _weather(steps):
    """The weather that the innermost folder so named tells."""
    names = (step.lower() for step in reversed(steps))
    return next((name for name in names if name in WEATHERS), None)


def _known(weather):
    return weather if weather in WEATHERS else None


def _split(steps):
    """The split that the innermost folder's name, or its end, tells."""
    ends = (re.split(r"[-_. ]", step.lower())[-1] for step in reversed(steps))
    return next((_SPLITS[end] for end in ends if end in _SPLITS), None)
