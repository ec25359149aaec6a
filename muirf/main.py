"""The command `muirf`. Nothing heavy is imported before it is needed."""

import sys

import click

from muirf.bulk import bulk
from muirf.data import data
from muirf.demo import demo
from muirf.evaluate import evaluate
from muirf.export import export
from muirf.plot_run import plot_run
from muirf.presets import presets
from muirf.restore import restore
from muirf.serve import serve
from muirf.train import train


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="keras-muirf", prog_name="muirf")
def main():
    """Restore photographs taken in rain, snow, haze or through wet glass."""
    # A file name that the terminal cannot show must not end the run.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


main.add_command(restore)
main.add_command(bulk)
main.add_command(demo)
main.add_command(serve)
main.add_command(train)
main.add_command(evaluate)
main.add_command(presets)
main.add_command(export)
main.add_command(data)
main.add_command(plot_run)
