"""Files of Beam's file systems, to here and back."""

import secrets
import shutil

from apache_beam.io.filesystems import FileSystems


def is_remote(path):
    """Whether a name has a scheme, such as `gs://`."""
    return "://" in str(path)


def exists(path):
    """Whether there is a file of this name, here or elsewhere."""
    return FileSystems.exists(str(path))


def fetch(source, path):
    """Copies a file from anywhere into a file here.

    Args:
        source: string.
        path: `Path`. Folders are made as needed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileSystems.open(str(source), _AS_IT_IS) as there:
        with open(path, "xb") as here:
            shutil.copyfileobj(there, here)


def store(path, target):
    """Copies a file from here to anywhere, complete or not at all.

    Args:
        path: `Path`.
        target: string. Folders are made as needed, where there are any.
    """
    folder, _, name = target.rpartition("/")
    part = f"{folder}/.muirf-{secrets.token_hex(6)}-{name}.part"
    _make_folder(folder)
    try:
        with open(path, "rb") as here:
            with FileSystems.create(part, _AS_IT_IS) as there:
                shutil.copyfileobj(here, there)
        if exists(target):
            FileSystems.delete([target])
        FileSystems.rename([part], [target])
    except BaseException:
        if exists(part):
            FileSystems.delete([part])
        raise


def _make_folder(folder):
    try:
        FileSystems.mkdirs(folder)
    except OSError:
        # It is there, or will be missed when the file is made.
        pass


# Not what else a suffix such as .gz would mean.
_AS_IT_IS = "application/octet-stream"
