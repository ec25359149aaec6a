"""What may be wrong with the pairs of one set."""

from keras_muirf.datasets.checking import finding
from keras_muirf.datasets.checking.finding import Finding
from keras_muirf.datasets.layouts.image_pair import TARGET_CROPPED


def missing_partners(found):
    """Inputs without a target, targets without an input, lost files."""
    items = [
        *found.scan.missing,
        *(f"{path} has no input" for path in found.scan.unused),
    ]
    if items:
        yield Finding(
            finding.MISSING,
            (found.name,),
            f"{found.name}: {counted(items, 'file')} without a partner",
            tuple(items),
        )


def size_mismatches(found, files):
    """Pairs whose two images differ in size."""
    items = []
    for pair in found.scan.pairs:
        image, target = files.input(pair), files.target(pair)
        if image is None or target is None:
            continue
        fits = target.size == image.size
        if pair.form == TARGET_CROPPED:
            sides = zip(target.size, image.size, strict=True)
            fits = all(there >= here for there, here in sides)
        if not fits:
            items.append(
                f"{pair.input} is {_size(image)}, "
                f"{pair.target} is {_size(target)}"
            )
    if items:
        yield Finding(
            finding.SIZES,
            (found.name,),
            f"{found.name}: {counted(items, 'pair')} of two sizes",
            tuple(items),
        )


def unreadable_files(found, files):
    """Files that cannot be decoded whole."""
    places = {
        files.place(path): None
        for pair in found.scan.pairs
        for path in (pair.input, pair.target)
        if path is not None
    }
    items = [files.unreadable[p] for p in places if p in files.unreadable]
    if items:
        yield Finding(
            finding.UNREADABLE,
            (found.name,),
            f"{found.name}: {counted(items, 'file')} cannot be read",
            tuple(items),
        )


def counts(found):
    """The number of pairs where the original download has another."""
    expected, have = found.expected, len(found.scan.pairs)
    if expected is not None and expected != have:
        yield Finding(
            finding.COUNT,
            (found.name,),
            f"{found.name}: {have} pairs; {found.benchmark} ({found.split}) "
            f"has {expected} in the original download",
        )


def known_leaks(found):
    """Pairs of which it is known that a test set has their targets."""
    items = tuple(
        dict.fromkeys(str(p.target) for p in found.scan.pairs if p.leaked)
    )
    if items:
        yield Finding(
            finding.KNOWN_LEAK,
            (found.name,),
            f"{found.name} holds {counted(items, 'ground truth')} of the "
            "benchmark's own test set, as is known; its builder leaves their "
            "pairs out unless told otherwise",
            items,
        )


def strangers(found):
    """Images whose names do not fit."""
    items = tuple(map(str, found.scan.strangers))
    if items:
        yield Finding(
            finding.STRANGERS,
            (found.name,),
            f"{found.name}: {counted(items, 'image')} passed over, since "
            "the names are not of this set or stand for two files",
            items,
        )


def counted(items, noun):
    """`"1 file"`, `"2 files"`."""
    return f"{len(items):,} {noun}{'' if len(items) == 1 else 's'}"


def _size(picture):
    return "x".join(map(str, picture.size))
