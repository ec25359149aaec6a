"""Writes docs/benchmark_results.md from docs/results/benchmarks.

    python benchmarks/write_results.py

`page.txt` there has the words; a line `{{ NAME.json }}` stands for the tables
of a benchmark's `--json` file.
"""

import itertools
import json
import pathlib
import re

import timing

DOCS = pathlib.Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "results" / "benchmarks"
PAGE = DOCS / "benchmark_results.md"


def page():
    """The text of the page."""
    words = (RESULTS / "page.txt").read_text()
    return re.sub(r"\{\{ (\S+) \}\}", lambda m: tables(m[1]), words)


def tables(name):
    """The records of a file: their commands, places and tables."""
    records = json.loads((RESULTS / name).read_text())
    parts = []
    for command, some in itertools.groupby(records, lambda r: r["command"]):
        parts.append(f"`{command}`")
        parts += [timing.as_markdown(record).strip() for record in some]
    return "\n\n".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
    print(PAGE)
