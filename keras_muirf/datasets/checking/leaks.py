import collections
import itertools

import numpy as np

from keras_muirf.datasets.checking import finding
from keras_muirf.datasets.checking.finding import Finding
from keras_muirf.datasets.checking.likeness import DISTANCE
from keras_muirf.datasets.checking.likeness import are_alike
from keras_muirf.datasets.checking.likeness import fingerprint
from keras_muirf.datasets.checking.near_hashes import near_hashes
from keras_muirf.datasets.checking.pair_findings import counted

INSTALL = 'pip install "keras-muirf[datasets]"'


def leaks(sets, files):
    """Finds pictures that are targets in more than one set.

    Equal pixels are found in any case, re-saved and resized pictures by
    perceptual hashes where ImageHash is installed.

    Args:
        sets: List of `keras_muirf.datasets.PairSet`.
        files: The `ExaminedFiles`.

    Returns:
        The tuple `(problems, notes)` of lists of `Finding`. Pictures that two
        training sets or two test sets share are a note.
    """
    if len(sets) < 2:
        return [], []
    targets = _distinct_targets(sets, files)
    matches = set(_equal(targets))
    notes = []
    try:
        matches.update(_near(targets))
    except ImportError as error:
        notes.append(
            Finding(
                finding.NO_HASHES,
                (),
                "Only targets with equal pixels were looked for in other "
                "sets; those that were saved anew are found with ImageHash "
                f"({error}): {INSTALL}",
            )
        )
    between = collections.defaultdict(list)
    for i, j in sorted(matches):
        between[targets[i].number, targets[j].number].append(
            (targets[i], targets[j])
        )
    problems = []
    for (a, b), found in sorted(between.items()):
        found = [pair for pair in found if not _is_one_file(sets, a, b, *pair)]
        for known in (False, True):
            group = [pair for pair in found if _is_known(pair) == known]
            if group:
                told = _tell(sets[a], sets[b], known, group)
                shared = told.kind == finding.SHARED
                (notes if shared else problems).append(told)
    return problems, notes


_Target = collections.namedtuple("_Target", "number path place picture leaked")


def _distinct_targets(sets, files):
    """One target for every picture in each set."""
    targets = {}
    for number, found in enumerate(sets):
        for pair in found.scan.pairs:
            picture = files.target(pair)
            if picture is not None:
                targets.setdefault(
                    (number, picture.digest),
                    _Target(
                        number,
                        pair.target,
                        files.place(pair.target),
                        picture,
                        pair.leaked,
                    ),
                )
    return list(targets.values())


def _equal(targets):
    same = collections.defaultdict(list)
    for index, target in enumerate(targets):
        same[target.picture.digest].append(index)
    for indices in same.values():
        yield from itertools.combinations(indices, 2)


def _near(targets):
    hashes = [fingerprint(target.picture.thumbnail) for target in targets]
    pairs = near_hashes(
        np.array(hashes, "uint64"),
        np.array([target.number for target in targets], "int64"),
        DISTANCE,
    )
    for i, j in pairs:
        if are_alike(
            targets[i].picture.thumbnail, targets[j].picture.thumbnail
        ):
            yield i, j


def _is_one_file(sets, a, b, first, second):
    """Plain sets side by side may share their folder of targets."""
    shared = sets[a].folder == sets[b].folder and sets[a].benchmark is None
    return shared and first.place == second.place


def _is_known(pair):
    return any(target.leaked for target in pair)


def _tell(first, second, known, pairs):
    items = tuple(f"{one.path} = {other.path}" for one, other in pairs)
    names = " and ".join(map(_name, (first, second)))
    sentence = f"{names} share {counted(items, 'ground truth')}"
    side = _side(first.split)
    if side and side == _side(second.split):
        kind = finding.SHARED
        sentence += {
            "train": "; keep each on one side when you split for validation",
            "test": "; a mean over both counts them twice",
        }[side]
    elif known:
        kind = finding.KNOWN_LEAK
        sentence += (
            "; this is known of the benchmark, and its builder leaves these "
            "training pairs out unless told otherwise"
        )
    else:
        kind = finding.LEAK
        sentence += "; leave them out of one of the two"
    return Finding(kind, (first.name, second.name), sentence, items)


def _side(split):
    if split in ("train", "its", "ots"):
        return "train"
    return "test" if split and split.startswith(("test", "sots")) else None


def _name(found):
    told = found.split and not found.name.endswith(found.split)
    return f"{found.name} ({found.split})" if told else found.name
