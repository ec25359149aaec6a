"""Time and memory of the networks of equal_budget.py.

    python benchmarks/equal_budget_cost.py SIZE NETWORK PICTURE

is how `measure` starts it for the peak memory of one network, in a process of
its own. Prints megabytes.
"""

import argparse
import functools
import json
import os
import subprocess
import sys

import numpy as np
import timing
from peak_memory import peak_memory

HERE = os.path.dirname(os.path.abspath(__file__))
PICTURES = {"full": [(256, 256), (1080, 1920)], "dry": [(32, 40)]}


def measure(size):
    """Measures all networks, on every installed backend.

    Args:
        size: `"full"`, or `"dry"`: on the backend in use alone.

    Returns:
        A list of rows, dicts.
    """
    rows = []
    dry = size == "dry"
    for backend in (
        timing.default_backends() if dry else timing.installed_backends()
    ):
        found = _run(backend, size)
        rows += json.loads(found)
    return rows


def _run(backend, *words):
    return subprocess.run(
        [sys.executable, os.path.join(HERE, "equal_budget_cost.py"), *words],
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "TF_CPP_MIN_LOG_LEVEL": "3",
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.splitlines()[-1]


def _rows(size):
    """Rows of this process' backend."""
    import equal_budget_networks as networks
    import keras

    backend = keras.config.backend()
    args = argparse.Namespace(rounds=9, seconds=60.0)
    if size == "dry":
        args.rounds = 2
    models = {name: _model(name, size) for name in networks.NETWORKS}
    rows = []
    for height, width in PICTURES[size]:
        image = _picture(height, width)
        timed = timing.alternate(
            {
                name: functools.partial(model.restore, image)
                for name, model in models.items()
            },
            args,
        )
        against = timing.against(timed, "MUIRF")
        for name, row in zip(timed, against, strict=True):
            peak = _run(backend, size, name, f"{height}x{width}")
            rows.append(
                {
                    "backend": backend,
                    "picture": f"{width}x{height}",
                    "network": name,
                    "median, ms": row["median, ms"],
                    "times MUIRF": row["times MUIRF"],
                    "quartiles": row["quartiles"],
                    "peak memory, MB": int(peak),
                }
            )
    return rows


def _model(name, size):
    import equal_budget_networks as networks

    return networks.as_restorer(name, size, networks.new_model(name, size))


def _picture(height, width):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (1, height, width, 3), dtype="uint8")


def _peak(size, name, picture):
    """Megabytes that restoring a picture takes on top of the network's own."""
    height, width = map(int, picture.split("x"))
    model = _model(name, size)
    model.restore(_picture(64, 64))
    before = peak_memory()
    for _ in range(2):
        model.restore(_picture(height, width))
    return round(peak_memory() - before)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        print(_peak(*sys.argv[1:]))
    else:
        print(json.dumps(_rows(*sys.argv[1:])))
