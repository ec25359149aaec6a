"""Tables and a picture of the kept runs of equal_budget.py."""

import os
import pathlib

import ablation_report as shared
import numpy as np
import timing
from equal_budget_networks import NETWORKS


def report(kept, markdown=None, picture=None):
    """Prints the tables, and writes them and the picture where asked."""
    parts = [f"{timing.describe(kept['where'])}\n"]
    parts += [timing.table(title, rows) for title, rows in tables(kept)]
    text = "\n".join(parts)
    print(text)
    runs = shared.by_variant(kept, NETWORKS)
    if picture:
        shared.plot(runs, picture)
    if markdown:
        if picture:
            place = os.path.relpath(picture, os.path.dirname(markdown) or ".")
            place = pathlib.Path(place).as_posix()
            text = f"![PSNR of every run by weather]({place})\n\n{text}"
        shared.write_markdown(pathlib.Path(markdown), text)


def tables(kept):
    """Yields `(title, rows)`."""
    runs = shared.by_variant(kept, NETWORKS)
    yield "Networks", [_network(name, some) for name, some in runs.items()]
    for title in (
        "Held-out crops, PSNR RGB, dB",
        "Test, PSNR Y, dB",
        "Test, SSIM Y",
    ):
        measure, digits = shared.MEASURES[title]
        yield title, shared.measured(runs, measure, digits, "network")
    differences = [
        row
        for name in runs
        if name != "MUIRF"
        for row in _differences(runs, name)
    ]
    if differences:
        yield "MUIRF against the others, mean over the weathers", differences
    if kept.get("cost"):
        yield "Time and memory of a picture", kept["cost"]


def _network(name, runs):
    one = next(iter(runs.values()))
    minutes = [run["cpu_seconds"] / 60 for run in runs.values()]
    return {
        "network": name,
        "multiply-adds at 256x256, G": one["multiply_adds"] / 1e9,
        "active parameters": one["active_parameters"],
        "stored parameters": one["parameters"],
        "seeds": len(runs),
        "minutes of a core": shared.spread(minutes, 1),
    }


def _differences(runs, other):
    """By how much MUIRF is better, seed by seed, and in how many seeds."""
    seeds = sorted(runs.get("MUIRF", {}).keys() & runs[other].keys())
    if not seeds:
        return
    pairs = [(runs["MUIRF"][seed], runs[other][seed]) for seed in seeds]
    row = {"against": other, "seeds": len(seeds)}
    for label in ("held out", "test"):
        measure = shared.COMPARED[label]
        gains = [measure(a)["mean"] - measure(b)["mean"] for a, b in pairs]
        better = int(np.sum(np.greater(gains, 0)))
        row[f"{label}, dB"] = f"{shared.spread(gains, 2, '+')} ({better})"
    mean, error = shared.over_crops(pairs)
    low, high = mean - 1.96 * error, mean + 1.96 * error
    yield {**row, "held out, 95 % over crops": f"{low:+.2f} to {high:+.2f}"}
