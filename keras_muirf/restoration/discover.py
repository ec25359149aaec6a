"""Which files a command's arguments mean, and where results go."""

import os
from pathlib import Path

from keras_muirf.restoration.image_error import ImageError
from keras_muirf.restoration.image_format import is_image_name
from keras_muirf.restoration.video_format import is_video_name
from keras_muirf.restoration.video_format import is_written_video_name

MARK = "_restored"


def discover(inputs, out=None):
    """Pairs each image or video with the file that its restoration goes to.

    Folders are searched with all their subfolders. Hidden files, files whose
    names are no image's or video's, earlier results (`*_restored.*`) and what
    lies under `out` are passed over there; a file named by itself is always
    taken.

    Args:
        inputs: list of strings or `Path`s, files and folders.
        out: string or `Path` of the folder for the results, in which a
            folder's files keep their relative paths; with a single file it
            may be the file to write. `None` to write beside each input as
            `<stem>_restored<suffix>`.

    Returns:
        A list of pairs of `Path`s, source and target, in order.

    Raises:
        ImageError: a folder holds no image, two images would go to one file,
            or an image would be written over an input.

    Example:

    ```python
    keras_muirf.restoration.discover(["photos"], out="restored")
    ```
    """
    inputs = [Path(path) for path in inputs]
    out = None if out is None else Path(out)
    if out is not None and _names_a_file(out) and not out.is_dir():
        if len(inputs) > 1 or inputs[0].is_dir():
            raise ImageError(
                f"{out}: several images cannot go to one file; name a folder."
            )
        pairs = [(inputs[0], out)]
    else:
        pairs = []
        for path in inputs:
            pairs.extend(_pairs(path, out))
    pairs = list(dict.fromkeys(pairs))
    _check(pairs)
    return pairs


def _pairs(path, out):
    if not path.is_dir():
        return [(path, _target(path, Path(path.name), out))]
    found = sorted(_images(path, out))
    if not found:
        raise ImageError(f"{path}: there is no image in this folder.")
    return [
        (file, _target(file, file.relative_to(path), out)) for file in found
    ]


def _target(source, relative, out):
    if out is not None:
        return out / relative
    return source.with_name(f"{source.stem}{MARK}{source.suffix}")


def _images(folder, out):
    skipped = None if out is None else _place(out)
    if skipped == _place(folder):
        skipped = None
    for root, folders, files in os.walk(folder, onerror=_unreadable):
        root = Path(root)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".") and _place(root / name) != skipped
        ]
        for name in files:
            file = root / name
            hidden = name.startswith(".")
            result = file.stem.endswith(MARK)
            if _is_picture_name(file) and not hidden and not result:
                yield file


def _names_a_file(out):
    return is_image_name(out) or is_video_name(out)


def _is_picture_name(path):
    return is_image_name(path) or is_written_video_name(path)


def _unreadable(error):
    raise ImageError(
        f"{error.filename}: the folder cannot be read ({error.strerror}); "
        "check its permissions."
    )


def _check(pairs):
    sources = {_place(source): source for source, _ in pairs}
    targets = {}
    for source, target in pairs:
        place = _place(target)
        if place == _place(source):
            raise ImageError(
                f"{source}: the result would be written over the image; name "
                "another folder with -o."
            )
        if place in sources:
            raise ImageError(
                f"{target}: the result of {source} would be written over this "
                "input; name another folder with -o."
            )
        if place in targets and _place(targets[place]) != _place(source):
            raise ImageError(
                f"{target}: both {targets[place]} and {source} would be "
                "written to this file; restore them in two runs."
            )
        targets[place] = source


def _place(path):
    """What two names of one file have in common."""
    return os.path.normcase(os.path.realpath(path))
