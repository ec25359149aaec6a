import contextlib
import json
import signal
import threading
import time

import click

from muirf.backend import choose_backend
from muirf.data_report import as_json
from muirf.data_report import print_report
from muirf.progress import progress_bar
from muirf.quiet import quiet_startup
from muirf.restore import INTERRUPTED
from muirf.words import one_line


@click.group()
def data():
    """Look after the images to train and measure with."""


@data.command()
@click.argument("directories", metavar="DIR...", nargs=-1, required=True)
@click.option(
    "--json", "to_json", is_flag=True, help="Print one JSON document."
)
@click.option(
    "--all", "whole", is_flag=True, help="List all files, not the first few."
)
def check(directories, to_json, whole):
    """Check pairs of images: benchmarks, and folders such as input/ and gt/.

    Finds missing partners, pairs of two sizes, files that cannot be read,
    repeats, and ground truth that also stands in another split or set; name
    training and test data together for that. Ends with 0 if all is well, 1
    if there are problems.
    """
    started = time.perf_counter()
    done = []
    try:
        report = _check(directories, done)
    except KeyboardInterrupt:
        click.echo(
            f"Interrupted: {len(done):,} files were read, nothing is known of "
            "the others.",
            err=True,
        )
        raise SystemExit(INTERRUPTED) from None
    if to_json:
        click.echo(json.dumps(as_json(report), indent=2))
    else:
        print_report(report, time.perf_counter() - started, whole)
    if report.problems:
        raise SystemExit(1)


def _check(directories, done):
    choose_backend()
    with quiet_startup():
        try:
            from keras_muirf.datasets import checking
        except ImportError as error:
            raise click.ClickException(
                f"The package cannot be imported ({one_line(error)}); choose "
                "another backend with KERAS_BACKEND or install it anew."
            ) from error
    try:
        sets = checking.find_sets(directories)
    except OSError as error:
        raise click.UsageError(one_line(error)) from error
    files = checking.ExaminedFiles(sets)
    with progress_bar(len(files)) as step, _asked_to_stop() as stop:

        def on_file(path):
            if stop.is_set():
                raise KeyboardInterrupt
            done.append(path)
            step("Reading")

        files.examine(on_file)
    return checking.check_pairs(sets, files)


@contextlib.contextmanager
def _asked_to_stop():
    """Yields an event that Ctrl-C sets, instead of an exception anywhere.

    Backends call functions of theirs in garbage collection, and an exception
    that is raised in one of those is lost.
    """
    stop = threading.Event()
    try:
        before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    except ValueError:
        # Not the main thread, which alone is interrupted.
        yield stop
        return
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
