import ctypes
import os
import sys

# Parameters of mallopt(3).
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4
# What may lie free at the end of the heap before the system gets it back.
_KEPT_BYTES = 2**30


def keep_freed_memory():
    """Has the C library keep the memory that PyTorch gives back.

    The result of every operation on a large tile is new memory, which glibc
    takes from the system and gives back to it each time: the system fills it
    with zeros page by page, and that takes longer than the operation. Other
    backends keep memory themselves.

    Without glibc, or where the user has set its `MALLOC_` variables or
    `GLIBC_TUNABLES`, all stays as it is.
    """
    if os.environ.get("KERAS_BACKEND") != "torch" or sys.platform != "linux":
        return
    if any(name.startswith(("MALLOC_", "GLIBC_")) for name in os.environ):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_MAX, 0)
        mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
