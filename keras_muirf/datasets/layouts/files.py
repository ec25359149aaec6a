"""Looking for folders and images, whatever the case of their names.

Paths may be any that behave like `pathlib.Path`, those of `etils.epath`
(buckets, for TensorFlow Datasets) among them.
"""

import os
from pathlib import Path

from keras_muirf.restoration.image_format import is_image_name


def find(root, path, listings=None):
    """Finds a file or folder below `root`, letter case apart.

    Args:
        root: Path of a folder.
        path: String, names joined by `/`; `a|b` in place of a name means
            either.
        listings: A dictionary that remembers what folders hold, for looking
            up many paths that may not be there.

    Returns:
        The path, or `None` if there is no such thing.
    """
    listings = {} if listings is None else listings
    for part in path.split("/") if path else ():
        root = _child(root, part.split("|"), listings)
        if root is None:
            return None
    return root


def _child(folder, names, listings):
    for name in names:
        if (folder / name).exists():
            return folder / name
    if folder not in listings:
        children = folder.iterdir() if folder.is_dir() else ()
        listings[folder] = {
            child.name.lower(): child
            for child in sorted(children, key=_name, reverse=True)
        }
    wanted = [listings[folder].get(name.lower()) for name in names]
    return next((child for child in wanted if child is not None), None)


def list_images(folder, recursive=False):
    """Lists the images of a folder by their paths in it, without suffix.

    Hidden files, `__MACOSX`, files of other kinds, links to a folder above
    and, unless `recursive`, subfolders are passed over.

    Returns:
        A dictionary from a name such as `"C005/00001"` to a list of paths
        (more than one where names differ by the suffix only), sorted.
    """
    found = {}
    for child in sorted(folder.iterdir(), key=_name):
        if child.name.startswith(".") or child.name == "__MACOSX":
            continue
        if child.is_dir():
            if recursive and not _leads_back(child):
                below = list_images(child, recursive)
                found.update(
                    (f"{child.name}/{name}", paths)
                    for name, paths in below.items()
                )
        elif is_image_name(child):
            found.setdefault(child.stem, []).append(child)
    return found


def _leads_back(folder):
    """Whether it is a symbolic link to a folder that it lies in."""
    if not os.path.islink(folder):
        return False
    here = Path(os.path.realpath(folder.parent))
    return Path(os.path.realpath(folder)) in (here, *here.parents)


def _name(path):
    # Paths compare as well, but many times slower.
    return path.name
