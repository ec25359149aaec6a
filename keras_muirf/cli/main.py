"""The command `muirf`. Nothing heavy is imported before it is needed."""

import sys

import click

from keras_muirf.cli.presets import presets
from keras_muirf.cli.restore import restore
from keras_muirf.version import __version__


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="muirf")
def main():
    """Restore photographs taken in rain, snow, haze or through wet glass."""
    # A file name that the terminal cannot show must not end the run.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


main.add_command(restore)
main.add_command(presets)

if __name__ == "__main__":
    main()
