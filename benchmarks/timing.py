"""Measuring candidates side by side: A B A B in one process and one run.

Keras reads its backend when it is imported, so that each backend is measured
in a process of its own and scripts import Keras inside `measure`.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import logging
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np

BACKENDS = ("tensorflow", "jax", "torch")


def arguments(description, rounds):
    """The arguments that all benchmarks have."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(
        "--backend",
        nargs="+",
        choices=BACKENDS,
        default=default_backends(),
        help="default: $KERAS_BACKEND, else every one that is installed",
    )
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument(
        "--seconds",
        type=float,
        default=60.0,
        help="no new round after so long, but at least three",
    )
    parser.add_argument("--json", help="file for all the numbers")
    parser.add_argument("--markdown", help="file for the tables")
    parser.add_argument(
        "--dry",
        action="store_true",
        help="very small sizes, to see that everything runs",
    )
    return parser


def add_jit(parser):
    """Adds the choice of XLA, which TensorFlow alone has."""
    parser.add_argument(
        "--xla",
        choices=("both", "on", "off"),
        default="both",
        help="on TensorFlow: measure with XLA, without, or both",
    )


def jit_modes(args):
    """`jit_compile` values to measure, by what they are called."""
    import keras

    backend = keras.config.backend()
    if backend != "tensorflow":
        return {backend: "auto"}
    modes = {"tensorflow, XLA": True, "tensorflow, no XLA": False}
    keep = {"on": [True], "off": [False], "both": [True, False]}[args.xla]
    return {name: jit for name, jit in modes.items() if jit in keep}


def default_backends():
    named = os.environ.get("KERAS_BACKEND")
    return [named] if named else installed_backends()


def installed_backends():
    return [b for b in BACKENDS if importlib.util.find_spec(b)]


def run(parser, measure):
    """Measures on every chosen backend and writes the results.

    Args:
        parser: from `arguments`.
        measure: function from the parsed arguments to an iterable of
            `(title, rows)`: tables whose rows are dicts.
    """
    args = parser.parse_args()
    if len(args.backend) == 1:
        records = [_measure_here(args, measure)]
    else:
        records = []
        for backend in args.backend:
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "record.json")
                run_again(backend, ["--json", path, "--markdown", os.devnull])
                with open(path, encoding="utf-8") as file:
                    records += json.load(file)
    write(args, records)


def write(args, records):
    """Writes records, of `record`, as the arguments say."""
    for one in records:
        one["command"] = _command()
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(records, file, indent=2)
    if args.markdown:
        with open(args.markdown, "w", encoding="utf-8") as file:
            file.write("\n".join(map(as_markdown, records)))


def run_again(backend, more=()):
    """Runs this script once more, on one backend."""
    subprocess.run(
        [sys.executable, *sys.argv, *more, "--backend", backend],
        env={**os.environ, "KERAS_BACKEND": backend},
        check=True,
    )


def _command():
    """What was called, without the files for the results."""
    words = [f"python benchmarks/{os.path.basename(sys.argv[0])}"]
    rest = iter(sys.argv[1:])
    for word in rest:
        if word in ("--json", "--markdown"):
            next(rest)
        else:
            words.append(word)
    return " ".join(words)


def _measure_here(args, measure):
    os.environ["KERAS_BACKEND"] = args.backend[0]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return record(args.backend, measure(args))


def record(backends, tables):
    """Prints tables as they come and keeps them with where they are from.

    Args:
        backends: list of strings. The backends that were measured.
        tables: iterable of `(title, rows)`.
    """
    kept = {"where": surroundings(backends), "tables": []}
    print(f"{describe(kept['where'])}\n", flush=True)
    for title, rows in tables:
        kept["tables"].append({"title": title, "rows": rows})
        print(table(title, rows), flush=True)
    return kept


def alternate(candidates, args, warm_up=1):
    """Times functions by turns.

    Args:
        candidates: dict from name to a function without arguments that
            returns when its work is done.
        args: from `arguments`. How often each is timed.
        warm_up: int. Untimed calls of each, after the first call.

    Returns:
        A dict from name to `{"first": seconds, "seconds": [...]}`; the first
        call, which compiles, is not among the seconds.
    """
    timed = {}
    for name, call in candidates.items():
        timed[name] = {"first": _seconds(call), "seconds": []}
    for _ in range(warm_up):
        for call in candidates.values():
            call()
    started = time.perf_counter()
    for done in range(args.rounds):
        if done >= 3 and time.perf_counter() - started > args.seconds:
            break
        for name, call in candidates.items():
            timed[name]["seconds"].append(_seconds(call))
    return timed


def _seconds(call):
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def median(timed):
    return float(np.median(timed["seconds"]))


def against(timed, baseline, aims=None):
    """Rows that set every candidate against one, pair by pair.

    A ratio is that of two calls which followed each other; its median and its
    quartiles are given, and whether the median holds the aim.
    """
    rows = []
    for name, one in timed.items():
        ratio = np.divide(one["seconds"], timed[baseline]["seconds"])
        low, middle, high = np.quantile(ratio, [0.25, 0.5, 0.75]).tolist()
        row = {
            "what": name,
            "first call, s": one["first"],
            "median, ms": 1e3 * median(one),
            f"times {baseline}": middle,
            "quartiles": f"{low:.2f} to {high:.2f}",
        }
        if aims:
            aim = aims.get(name)
            row["aim"] = "" if aim is None else f"<= {aim:.2f}"
            row["holds"] = "" if aim is None else yes(middle <= aim)
        rows.append({**row, "seconds": one["seconds"]})
    return rows


def yes(holds):
    return "yes" if holds else "NO"


def surroundings(backends):
    """The machine, the versions and the commit."""
    packages = ["keras", "numpy", *map(_distribution, backends)]
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "backends": list(backends),
        "versions": {p: importlib.metadata.version(p) for p in packages},
        "commit": _commit(),
        "threads": os.environ.get("OMP_NUM_THREADS", "default"),
    }


def describe(where):
    """One line on where something was measured, which may be one already."""
    if isinstance(where, str):
        return where
    versions = ", ".join(f"{k} {v}" for k, v in where["versions"].items())
    return (
        f"{', '.join(where['backends'])}: {where['cpu']}, {where['cores']} "
        f"cores, load {where['load']} at the start; {versions}; "
        f"commit {where['commit']}"
    )


def _distribution(backend):
    """The package a backend came in, such as tensorflow-cpu."""
    names = importlib.metadata.packages_distributions()[backend]
    return min(names, key=len)


def _cpu_model():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _commit():
    def git(*words):
        return subprocess.run(
            ["git", "-C", os.path.dirname(__file__) or ".", *words],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()

    try:
        changed = git("status", "--porcelain", "--untracked-files=no")
        commit = git("rev-parse", "--short", "HEAD")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit} with changes" if changed else commit


def as_markdown(record):
    tables = [table(t["title"], t["rows"]) for t in record["tables"]]
    return "\n".join([f"{describe(record['where'])}\n", *tables])


def table(title, rows):
    """A Markdown table; columns that hold lists stay in the JSON alone."""
    columns = [k for k, v in rows[0].items() if not isinstance(v, list)]
    lines = [f"**{title}**", "", _line(columns), _line(["---"] * len(columns))]
    lines += [_line([_text(row[c]) for c in columns]) for row in rows]
    return "\n".join([*lines, ""])


def _line(cells):
    return f"| {' | '.join(cells)} |"


def _text(value):
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return f"{value:,}" if isinstance(value, int) else str(value)
