"""Which files a command's arguments mean, and where results go."""

import glob
import os
from pathlib import Path
from typing import NamedTuple

from keras_muirf.restoration.image_error import ImageError
from keras_muirf.restoration.image_format import is_image_name
from keras_muirf.restoration.video_format import is_video_name
from keras_muirf.restoration.video_format import is_written_video_name

MARK = "_restored"


class _Found(NamedTuple):
    """A file, and its path as results keep it below the output folder."""

    source: Path
    relative: Path


def discover(
    inputs=(), out=None, listed=(), suffix: str | None = None, shard=None
):
    """Pairs each image or video with the file that its restoration goes to.

    Folders are searched with all their subfolders. Hidden files, files whose
    names are no image's or video's, earlier results (`*_restored.*`) and what
    lies under `out` are passed over there, and among what a pattern matches; a
    file named by itself is always taken.

    Args:
        inputs: list of strings or `Path`s: files, folders, and patterns with
            `*`, `?`, `[...]` and `**` for any folders.
        out: string or `Path` of the folder for the results, in which the files
            of a folder keep their relative paths, and those of a pattern
            theirs below its first part without a wildcard; with a single file
            it may be the file to write. `None` to write beside each input as
            `<stem>_restored<suffix>`.
        listed: list of strings or `Path`s, files that keep their whole paths
            below `out`.
        suffix: string such as `".png"` for the images' results; `None` for
            that of each source.
        shard: `keras_muirf.restoration.Shard`, the share of the files to
            return, or `None` for all.

    Returns:
        A list of pairs of `Path`s, source and target, in order.

    Raises:
        ImageError: a folder holds no image, a pattern matches none, two images
            would go to one file, or an image would be written over an input.

    Example:

    ```python
    keras_muirf.restoration.discover(["photos"], out="restored")
    ```
    """
    out = None if out is None else Path(out)
    found = []
    for name in inputs:
        found.extend(_find(name, out))
    found.extend(_listed(Path(path)) for path in listed)
    if out is not None and _names_a_file(out) and not out.is_dir():
        # A folder is several, whatever it holds.
        if len(found) > 1 or any(Path(x).is_dir() for x in inputs):
            raise ImageError(
                f"{out}: several images cannot go to one file; name a folder."
            )
        jobs = {(found[0].source, out): found[0].relative}
    else:
        jobs = {
            (file.source, _target(file, out, suffix)): file.relative
            for file in found
        }
    _check(jobs)
    return [
        pair
        for pair, relative in jobs.items()
        if shard is None or relative in shard
    ]


def _find(name, out):
    """What one argument means."""
    path = Path(name)
    if path.is_dir():
        files = sorted(_images(path, out))
        if not files:
            raise ImageError(f"{path}: there is no image in this folder.")
        return [_Found(file, file.relative_to(path)) for file in files]
    if not glob.has_magic(str(name)) or os.path.lexists(path):
        return [_Found(path, Path(path.name))]
    root = _fixed_part(path)
    files = set()
    for match in map(Path, glob.iglob(str(name), recursive=True)):
        if match.is_dir():
            files.update(_images(match, out))
        elif is_wanted(match) and not _is_below(match, out, root):
            files.add(match)
    if not files:
        raise ImageError(
            f"{name}: no image matches this pattern, and there is no file of "
            "this name."
        )
    return [_Found(file, file.relative_to(root)) for file in sorted(files)]


def _fixed_part(pattern):
    """The folders of a pattern before its first wildcard."""
    parts = pattern.parts
    first = next(k for k, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:first])


def _listed(path):
    if ".." in path.parts:
        raise ImageError(
            f"{path}: a listed path cannot lead upwards; list the files from "
            "a folder that holds them all."
        )
    return _Found(path, path.relative_to(path.anchor))


def _target(found, out, suffix):
    source, relative = found
    if suffix is not None and not is_video_name(source):
        relative = relative.with_suffix(suffix)
    if out is not None:
        return out / relative
    return source.with_name(f"{relative.stem}{MARK}{relative.suffix}")


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
            if is_wanted(file):
                yield file


def is_wanted(file):
    """Whether a file is restored where it is not named by itself.

    Hidden files, earlier results, and what is neither an image nor a video by
    its name are not.

    Args:
        file: string or `Path`.
    """
    file = Path(file)
    if file.name.startswith(".") or file.stem.endswith(MARK):
        return False
    return is_image_name(file) or is_written_video_name(file)


def _is_below(file, out, root):
    if out is None or _place(out) == _place(root):
        return False
    return Path(_place(file)).is_relative_to(_place(out))


def _names_a_file(out):
    return is_image_name(out) or is_video_name(out)


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
