import contextlib
import os
import pathlib
import shutil


@contextlib.contextmanager
def replaced_folder(folder):
    """Makes a folder that takes its place when it is complete, or not at all.

    It is filled beside its place, under a hidden name, and renamed when the
    block ends. An error or Ctrl-C removes it and leaves what was there.

    Args:
        folder: string or path. Its parent is made if need be.

    Yields:
        The path to fill, an empty folder.
    """
    folder = pathlib.Path(folder)
    new = folder.with_name(f".{folder.name}.part")
    old = folder.with_name(f".{folder.name}.old")
    # Of a process that died between the two renames below.
    if old.exists() and not folder.exists():
        os.rename(old, folder)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
    os.makedirs(new)
    try:
        yield new
        if folder.exists():
            os.rename(folder, old)
        os.rename(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        if old.exists() and not folder.exists():
            os.rename(old, folder)
        raise
    shutil.rmtree(old, ignore_errors=True)
