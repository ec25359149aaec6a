"""Presets in archives: .zip and .tar.gz."""

import os
import shutil
import stat
import tarfile
import zipfile
from pathlib import PurePosixPath

from keras_muirf.durable_file import NoSpaceLeft
from keras_muirf.durable_file import space_errors

# A network of 500 million parameters in single precision.
MAX_BYTES = 2_000_000_000


def unpack(archive, folder, names, source):
    """Takes the files of a preset out of an archive.

    They may stand in a folder of the archive. Its paths are never written to:
    only `names` are, into `folder`.

    Args:
        archive: string, path of a .zip or .tar.gz file.
        folder: string, where the files go.
        names: list of strings, the files to take where they are there.
        source: string, what errors call the archive.

    Raises:
        ValueError: If it is no such archive, damaged, too large, has links or
            paths that lead out of it, or holds no preset.
    """
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as opened:
                _take(*_zip_members(opened), folder, names, source)
        elif tarfile.is_tarfile(archive):
            with tarfile.open(archive, "r:gz") as opened:
                _take(*_tar_members(opened, source), folder, names, source)
        else:
            raise ValueError(
                f"{source!r} is no .zip or .tar.gz archive, or a damaged one."
            )
    except (NoSpaceLeft, ValueError):
        raise
    # The readers of archives raise what they will.
    except Exception as error:
        raise ValueError(
            f"The archive {source!r} is damaged or cannot be read: {error}"
        ) from error


def _zip_members(opened):
    """Tuples of path, size, whether it is a plain file; and how to open it."""
    members = []
    for info in opened.infolist():
        if not info.is_dir():
            # 0 where the archive was made on another system.
            kind = stat.S_IFMT(info.external_attr >> 16)
            plain = kind in (0, stat.S_IFREG)
            members.append((info.filename, info.file_size, plain))
    return members, opened.open


def _tar_members(opened, source):
    members, total = [], 0
    for info in opened:
        if not info.isdir():
            members.append((info.name, info.size, info.isfile()))
        # Before the next one, to reach which all of this one is unpacked.
        total += info.size
        _check_size(total, source)
    return members, opened.extractfile


def _take(members, open_member, folder, names, source):
    for path, _, plain in members:
        parts = PurePosixPath(path.replace("\\", "/")).parts
        if not plain or path.startswith(("/", "\\")) or ".." in parts:
            raise ValueError(
                f"The archive {source!r} is not taken: {path!r} in it is a "
                "link or leads out of it."
            )
    _check_size(sum(size for _, size, _ in members), source)
    places = sorted(
        (
            PurePosixPath(path).parent
            for path, _, _ in members
            if PurePosixPath(path).name == "config.json"
        ),
        key=lambda place: len(place.parts),
    )
    if not places:
        raise ValueError(
            f"The archive {source!r} holds no preset: it has no 'config.json'."
        )
    for path, _, _ in members:
        place, name = PurePosixPath(path).parent, PurePosixPath(path).name
        if place == places[0] and name in names:
            target = os.path.join(folder, name)
            with (
                space_errors(target),
                open_member(path) as content,
                open(target, "wb") as file,
            ):
                shutil.copyfileobj(content, file)


def _check_size(size, source):
    if size > MAX_BYTES:
        raise ValueError(
            f"The archive {source!r} is not taken: it holds more than "
            f"{MAX_BYTES / 1e9:.0f} GB."
        )
