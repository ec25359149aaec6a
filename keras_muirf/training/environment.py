"""Where a run takes place: machine, versions and commits."""

import datetime
import importlib.metadata
import os
import pathlib
import platform
import subprocess

import keras

from keras_muirf.version import __version__

_DISTRIBUTIONS = {
    "tensorflow": ("tensorflow", "tensorflow-cpu", "tensorflow-intel"),
    "jax": ("jax",),
    "torch": ("torch",),
}


def environment():
    """Describes the process that trains.

    Returns:
        A dict that JSON can hold: `began` (UTC), `python`, `backend`,
        `versions`, `system`, `cpu`, `cores` (those it may use) and `threads`
        (`OMP_NUM_THREADS`, or `None`).
    """
    backend = keras.config.backend()
    now = datetime.datetime.now(datetime.UTC)
    return {
        "began": now.isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "backend": backend,
        "versions": {
            "keras_muirf": __version__,
            "keras": keras.__version__,
            backend: _version(_DISTRIBUTIONS.get(backend, (backend,))),
            "numpy": _version(["numpy"]),
        },
        "system": platform.platform(),
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": os.environ.get("OMP_NUM_THREADS"),
    }


def commit_of(path):
    """The commit of the git repository that keeps a file.

    Args:
        path: string or path of a file.

    Returns:
        A dict of `commit`, the hash, and `changed`, whether files that git
        keeps differ from it; `None` where git does not keep the file.
    """
    path = pathlib.Path(path).resolve()

    def git(*words):
        return subprocess.run(
            ["git", "-C", str(path.parent), *words],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        git("ls-files", "--error-unmatch", path.name)
        return {
            "commit": git("rev-parse", "HEAD"),
            "changed": bool(git("status", "--porcelain", "-uno")),
        }
    except (OSError, subprocess.CalledProcessError):
        return None


def _version(names):
    for name in names:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def _cpu_model():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
