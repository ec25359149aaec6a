"""Files and rows that are written whole or not at all."""

import contextlib
import errno
import os
import shutil

_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class NoSpaceLeft(OSError):
    """A file could not be written, because there is no room for it.

    The message is one sentence: which file, why, and what room there is.
    """


@contextlib.contextmanager
def replaced_file(path, mode="wb", encoding=None):
    """Opens a file to be written; it takes its place when it is complete.

    What is written goes to `path` with `.part` behind it. When the block ends,
    that file is forced to the disk and renamed. A process that dies meanwhile
    leaves what was at `path` untouched; so does an error, which also removes
    the unfinished file.

    Args:
        path: string or path of the file.
        mode: string, as in `open`.
        encoding: string, as in `open`.

    Yields:
        The open file.

    Raises:
        NoSpaceLeft: If the disk is full, a quota is used up or a limit on the
            size of files is reached.
    """
    path = os.fspath(path)
    unfinished = path + ".part"
    try:
        with space_errors(path):
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            with open(unfinished, mode, encoding=encoding) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
            sync_folder(os.path.dirname(path))
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise


def append(path, content):
    """Adds to a file, forced to the disk, or leaves it as it was.

    Args:
        path: string, the file; made if need be.
        content: bytes.

    Raises:
        NoSpaceLeft: If there is no room for all of it.
    """
    size = size_of(path)
    with space_errors(path):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        try:
            with open(path, "ab") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            if size_of(path) > size:
                os.truncate(path, size)
            raise


def size_of(path):
    """The bytes of a file, 0 where there is none."""
    return os.path.getsize(path) if os.path.exists(path) else 0


@contextlib.contextmanager
def space_errors(path):
    """Turns errors of a full disk into `NoSpaceLeft`, which names the file.

    Args:
        path: string, the file that is written.
    """
    try:
        yield
    except OSError as error:
        if is_no_space(error):
            raise NoSpaceLeft(no_space_message(path, error)) from error
        raise


def is_no_space(error):
    """Whether an error says that there is no room left for a file.

    Args:
        error: exception.

    Returns:
        A bool.
    """
    return isinstance(error, NoSpaceLeft) or (
        isinstance(error, OSError) and error.errno in _NO_SPACE
    )


def no_space_message(path, error):
    """One sentence on a file for which there was no room.

    Args:
        path: string, the file.
        error: `OSError`, why.

    Returns:
        A string.
    """
    folder = os.path.dirname(os.path.abspath(path))
    return (
        f"{path} cannot be written: {os.strerror(error.errno)}, "
        f"{free_space(folder)} free there."
    )


def sync_folder(folder):
    """Forces the names of a folder's files to the disk, where that is done.

    Args:
        folder: string, its path.
    """
    # A system that cannot open folders has no need of it.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder or ".", os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def free_space(folder):
    """How much room there is where a folder is, or will be.

    Args:
        folder: string or path.

    Returns:
        A string, such as `"3 MB"`.
    """
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    size = float(shutil.disk_usage(folder).free)
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
