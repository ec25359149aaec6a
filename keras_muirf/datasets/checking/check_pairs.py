import dataclasses
import os

from keras_muirf.datasets.checking.data_report import DataReport
from keras_muirf.datasets.checking.examined_files import ExaminedFiles
from keras_muirf.datasets.checking.finding import KNOWN_LEAK
from keras_muirf.datasets.checking.leaks import leaks
from keras_muirf.datasets.checking.pair_findings import counts
from keras_muirf.datasets.checking.pair_findings import known_leaks
from keras_muirf.datasets.checking.pair_findings import missing_partners
from keras_muirf.datasets.checking.pair_findings import size_mismatches
from keras_muirf.datasets.checking.pair_findings import strangers
from keras_muirf.datasets.checking.pair_findings import unreadable_files
from keras_muirf.datasets.checking.repeats import repeats
from keras_muirf.datasets.discover_splits import discover_splits


def find_sets(directories):
    """Finds the sets of pairs in several folders, each once.

    Args:
        directories: List of strings or paths.

    Returns:
        A list of `keras_muirf.datasets.PairSet` with distinct names.

    Raises:
        FileNotFoundError: If a folder is not there or holds no pairs.
        PermissionError: If a folder cannot be read.
    """
    found, names = {}, set()
    for directory in directories:
        here = discover_splits(directory)
        if not here:
            raise FileNotFoundError(
                f"{directory}: no pairs of images were recognised; needed is "
                "a benchmark as it is downloaded, or two folders side by "
                "side such as input/ and gt/ with files of equal names."
            )
        for pairs in here:
            inputs = [pair.input for pair in pairs.scan.pairs[:1]]
            key = (
                os.path.realpath(pairs.folder),
                pairs.benchmark,
                pairs.split,
                *(os.path.realpath(path.parent) for path in inputs),
            )
            if key in found:
                continue
            if pairs.name in names:
                name = f"{directory}: {pairs.name}"
                pairs = dataclasses.replace(pairs, name=name)
            names.add(pairs.name)
            found[key] = pairs
    return list(found.values())


def check_pairs(sets, files=None):
    """Checks sets of pairs of images, and compares them with each other.

    Every file is decoded once. What is looked for: files without a partner,
    pairs of two sizes, files that cannot be read, repeats within a set, and
    pictures that are ground truth in more than one set.

    Args:
        sets: List of `keras_muirf.datasets.PairSet`.
        files: `keras_muirf.datasets.checking.ExaminedFiles` of the sets,
            already examined. By default they are examined here.

    Returns:
        A `DataReport`.

    Example:

    ```python
    sets = keras_muirf.datasets.checking.find_sets(["data"])
    report = keras_muirf.datasets.checking.check_pairs(sets)
    for problem in report.problems:
        print(problem.sentence, problem.items)
    ```
    """
    if files is None:
        files = ExaminedFiles(sets)
        files.examine()
    problems, notes = [], []
    for found in sets:
        problems += missing_partners(found)
        problems += size_mismatches(found, files)
        problems += unreadable_files(found, files)
        problems += repeats(found, files)
        notes += counts(found)
        notes += strangers(found)
    more_problems, more_notes = leaks(sets, files)
    seen = {
        name
        for problem in more_problems
        if problem.kind == KNOWN_LEAK
        for name in problem.sets
    }
    for found in sets:
        if found.name not in seen:
            notes += known_leaks(found)
    return DataReport(
        sets=sets,
        files=len(files),
        problems=problems + more_problems,
        notes=notes + more_notes,
    )
