"""A `keras_muirf.datasets.checking.DataReport` for people and for scripts."""

import collections
import sys

import click

FEW = 5


def as_json(report):
    """What `muirf data check --json` prints, as a dictionary."""
    return {
        "format": 1,
        "files": report.files,
        "sets": [
            {
                "name": found.name,
                "folder": str(found.folder),
                "benchmark": found.benchmark,
                "split": found.split,
                "weathers": _weathers(found),
                "pairs": len(found.scan.pairs),
                "expected_pairs": found.expected,
            }
            for found in report.sets
        ],
        "problems": list(map(_finding, report.problems)),
        "notes": list(map(_finding, report.notes)),
    }


def print_report(report, seconds, whole=False):
    """Prints the report to standard output.

    Args:
        report: The `DataReport`.
        seconds: Float, how long the check took.
        whole: Boolean. List all files of a finding, not the first five.
    """
    _print_sets(report.sets)
    for title, findings, color in (
        ("Problems", report.problems, "red"),
        ("Notes", report.notes, "yellow"),
    ):
        if findings:
            click.secho(f"\n{title}", bold=True)
        for found in findings:
            click.secho(f"{found.sentence}.", fg=color)
            few = found.items if whole else found.items[:FEW]
            for item in few:
                click.echo(f"  {item}")
            if len(few) < len(found.items):
                click.echo(f"  and {len(found.items) - len(few):,} more")
    problems = len(report.problems)
    count = f"{problems}" if problems else "No"
    click.echo(
        f"\n{count} problem{'' if problems == 1 else 's'} in "
        f"{report.files:,} files, {seconds:.1f} s"
    )


def _print_sets(sets):
    rows = [
        (
            found.name,
            found.benchmark or "pairs of equal names",
            found.split or "",
            ", ".join(_weathers(found)),
            f"{len(found.scan.pairs):,}",
        )
        for found in sets
    ]
    if not _on_terminal():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table("Set", "Recognised as", "Split", "Weather")
    table.add_column("Pairs", justify="right")
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def _on_terminal():
    return sys.stdout.isatty()


def _weathers(found):
    """How many pairs there are of each weather that is known."""
    counts = collections.Counter(pair.weather for pair in found.scan.pairs)
    counts.pop("unknown", None)
    return dict(sorted(counts.items()))


def _finding(found):
    return {
        "kind": found.kind,
        "sets": list(found.sets),
        "sentence": found.sentence,
        "count": len(found.items),
        "items": list(found.items),
    }
