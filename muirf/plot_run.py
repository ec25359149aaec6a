import csv
from pathlib import Path

import click

DIAGNOSTICS = "diagnostics.csv"
LOG = "log.csv"
COLUMNS = ("epoch", "step", "name", "layer", "task", "other", "value")


@click.command("plot-run")
@click.argument("run", metavar="RUN")
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    help="Folder of the pictures. Default: RUN/plots.",
)
def plot_run(run, out):
    """Draw how a training run went.

    RUN is the folder of a run, with log.csv, diagnostics.csv or both. Writes
    one PNG for each subject: loss, gradients, masks, experts, weather.
    """
    folder = Path(run)
    if not folder.is_dir():
        raise click.UsageError(f"There is no folder '{run}'.")
    log = _read(folder / LOG, ("epoch",))
    figures = _read(folder / DIAGNOSTICS, COLUMNS)
    if not log and not figures:
        raise click.UsageError(
            f"'{run}' has no {LOG} and no {DIAGNOSTICS} with a whole epoch in "
            "it; name the folder of a run that has trained one."
        )
    try:
        from muirf import run_plots
    except ImportError as error:
        raise click.ClickException(
            f"Drawing needs matplotlib ({error}): pip install matplotlib"
        ) from error
    target = Path(out) if out else folder / "plots"
    try:
        target.mkdir(parents=True, exist_ok=True)
        for path in run_plots.draw(log, figures, target):
            click.echo(path)
    except OSError as error:
        raise click.ClickException(str(error)) from error


def _read(path, columns):
    """The whole rows of a CSV file as dicts, with numbers as floats."""
    if not path.is_file():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    # A process may have died within a row.
    lines = text[: text.rfind("\n") + 1].splitlines()
    rows = list(csv.DictReader(lines))
    if rows and not set(columns) <= set(rows[0]):
        raise click.UsageError(
            f"{path} is not a file of a run: it lacks the columns "
            f"{', '.join(c for c in columns if c not in rows[0])}."
        )
    return [
        {name: _number(text) for name, text in row.items() if name}
        for row in rows
        if None not in row.values()
    ]


def _number(text):
    try:
        return float(text)
    except ValueError:
        return text
