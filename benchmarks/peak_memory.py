import os
import pathlib
import re
import resource
import sys


def peak_memory(process=None):
    """The most memory that a process has held so far, in megabytes.

    Args:
        process: int, the number of a process that runs; `None` for this one.
            Others are known on Linux alone.
    """
    status = pathlib.Path("/proc", str(process or os.getpid()), "status")
    if status.exists():
        # Not `ru_maxrss`, in which the process that started this one counts.
        peak = re.search(r"VmHWM:\s+(\d+) kB", status.read_text())
        return int(peak.group(1)) / 2**10
    if process is not None:
        return float("nan")
    # Kilobytes, but bytes on macOS.
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
