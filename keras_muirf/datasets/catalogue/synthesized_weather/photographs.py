"""Clean photographs: finding them, holding some back, reading one."""

import hashlib
import os
import tempfile
from pathlib import Path

from keras_muirf.datasets.layouts.files import list_images
from keras_muirf.restoration.image_format import SUFFIXES
from keras_muirf.restoration.image_reading import read_rgb8


def find_photographs(folder):
    """Lists the images in a folder and in all folders below it.

    Args:
        folder: Path of the folder, on disk or, with `etils.epath`, in a
            bucket.

    Returns:
        A dictionary from a photograph's path below the folder, without its
        suffix, to its path as a string.

    Raises:
        FileNotFoundError: If the folder is missing or has no image.
        ValueError: If two images differ by their suffix only.
    """
    if not folder.is_dir():
        raise FileNotFoundError(
            f"There is no folder {folder}. Clean photographs are needed "
            "there, at any depth."
        )
    found = list_images(folder, recursive=True)
    if not found:
        raise FileNotFoundError(
            f"There is no image in {folder}. Files with one of the suffixes "
            f"{', '.join(sorted(SUFFIXES))} are needed, at any depth."
        )
    for name, paths in found.items():
        if len(paths) > 1:
            raise ValueError(
                "Photographs are told apart by their names without the "
                f"suffix, so {' and '.join(path.name for path in paths)} "
                f"cannot both be {name} in {folder}. Keep one of them."
            )
    return {name: os.fspath(paths[0]) for name, paths in found.items()}


def hold_out(names, share):
    """Splits photographs off, for validation.

    Which these are depends on the names only, by their hashes, so that few
    change sides when photographs are added.

    Args:
        names: Iterable of strings.
        share: Float from 0 to less than 1. Of 0 nothing is split off, of more
            at least one photograph, and at least one stays.

    Returns:
        The tuple `(rest, held)` of two sorted lists of strings.

    Raises:
        ValueError: If `share` is outside these limits, or more than 0 and
            there is only one photograph.
    """
    names = sorted(names)
    if not 0 <= share < 1:
        raise ValueError(
            "The share of the photographs for validation has to be at least "
            f"0 and less than 1. Received: {share}"
        )
    if share == 0:
        return names, []
    if len(names) < 2:
        raise ValueError(
            "Two photographs at least are needed to hold one out for "
            "validation. Add some, or set the share for validation to 0. "
            f"Received: {names}"
        )
    count = min(max(round(share * len(names)), 1), len(names) - 1)
    by_hash = sorted(
        names, key=lambda name: hashlib.sha256(name.encode()).digest()
    )
    return sorted(by_hash[count:]), sorted(by_hash[:count])


def read_photograph(path):
    """Reads an image, wherever it is, as 8-bit red, green and blue.

    Args:
        path: String, a path or one that `etils.epath` knows, such as
            `"gs://bucket/photograph.jpg"`.

    Returns:
        A uint8 array `(height, width, 3)`.

    Raises:
        ImageError: If the image cannot be decoded.
    """
    if "://" not in path:
        return read_rgb8(path)
    # On need only: this comes with TensorFlow Datasets.
    from etils import epath

    remote = epath.Path(path)
    with tempfile.TemporaryDirectory() as folder:
        local = Path(folder) / remote.name
        local.write_bytes(remote.read_bytes())
        return read_rgb8(local)
