from pathlib import Path

import click

from muirf.plots.draw_run import DIAGNOSTICS_FILE
from muirf.plots.draw_run import draw_run
from muirf.words import one_line
from muirf.words import printable


@click.command("plot-run")
@click.argument("run", metavar="RUN")
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    help="Folder of the pictures. Default: plots in RUN.",
)
def plot_run(run, out):
    """Draw how a training run went.

    RUN is the folder of a run, with log.csv and diagnostics.csv in it. Draws,
    as PNG, loss and image quality, how the weathers' gradients agree, what
    the network shares, and how it tells the weathers apart.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise click.ClickException(
            f"Drawing needs matplotlib ({one_line(error)}): "
            'pip install "keras-muirf[plots]"'
        ) from error
    try:
        paths = draw_run(run, out or Path(run, "plots"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise click.UsageError(one_line(error)) from error
    except (ValueError, OSError) as error:
        raise click.ClickException(one_line(error)) from error
    for path in paths:
        click.echo(printable(path))
    if not Path(run, DIAGNOSTICS_FILE).is_file():
        click.echo(
            f"There is no {DIAGNOSTICS_FILE}, so these are all; "
            "keras_muirf.callbacks.TrainingDiagnostics writes it.",
            err=True,
        )
