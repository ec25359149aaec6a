import os
from pathlib import Path


def walk_folders(directory):
    """Goes through a folder and all in it, outer ones first, by name.

    Hidden folders and `__MACOSX` are passed over. A folder that several
    paths lead to, by symbolic links, comes once.

    Args:
        directory: Path of a folder.

    Yields:
        Tuples of a path and the sorted names of its subfolders.

    Raises:
        FileNotFoundError: If there is no such folder.
        PermissionError: If a folder cannot be read.
    """
    directory = Path(directory)
    if not directory.is_dir():
        raise FileNotFoundError(
            f"{directory}: there is no such folder; check the name."
        )
    seen = set()
    level = [directory]
    while level:
        below = []
        for folder in level:
            place = os.path.realpath(folder)
            if place in seen:
                continue
            seen.add(place)
            names = sorted(_subfolders(folder))
            yield folder, names
            below += [folder / name for name in names]
        level = below


def _subfolders(folder):
    try:
        with os.scandir(folder) as entries:
            return [
                entry.name
                for entry in entries
                if not entry.name.startswith(".")
                and entry.name != "__MACOSX"
                and _is_folder(entry)
            ]
    except PermissionError as error:
        raise PermissionError(
            f"{folder}: the folder cannot be read ({error.strerror}); check "
            "its permissions."
        ) from error


def _is_folder(entry):
    try:
        return entry.is_dir()
    except OSError:
        # A symbolic link that leads to itself.
        return False
