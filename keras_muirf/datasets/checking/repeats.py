from keras_muirf.datasets.checking import finding
from keras_muirf.datasets.checking.finding import Finding
from keras_muirf.datasets.checking.pair_findings import counted


def repeats(found, files):
    """Files of one set with the same pixels.

    Several inputs may share a target file, and copies of one target may be
    named after the inputs of one scene, such as `23_5` and `23_8` or
    `im_0001_s80_a04` and `im_0001_s85_a05`; neither is a repeat.

    Args:
        found: A `keras_muirf.datasets.PairSet`.
        files: The `ExaminedFiles`.

    Yields:
        A `Finding` for the inputs and one for the targets.
    """
    pairs = found.scan.pairs
    for role, entries in (
        ("input", [(pair.input, files.input(pair)) for pair in pairs]),
        ("target", [(pair.target, files.target(pair)) for pair in pairs]),
    ):
        same = {}
        for path, picture in entries:
            if picture is not None:
                paths = same.setdefault(picture.digest, {})
                paths.setdefault(files.place(path), path)
        items = [
            " = ".join(map(str, paths.values()))
            for paths in same.values()
            if len(paths) > 1
            and (role == "input" or len(set(map(_scene, paths.values()))) > 1)
        ]
        if items:
            yield Finding(
                finding.REPEAT,
                (found.name,),
                f"{found.name}: {counted(items, role)} more than once, with "
                "the same pixels",
                tuple(items),
            )


def _scene(path):
    """A file's name up to its first number, as far as `_` parts it."""
    fields = path.stem.split("_")
    number = next((i for i, f in enumerate(fields) if f[:1].isdigit()), None)
    return path.stem if number is None else "_".join(fields[: number + 1])
