import time

import click

from muirf import options
from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.loading import load_restorer
from muirf.parameters import ShardType
from muirf.parameters import listed_files
from muirf.quiet import quiet_startup
from muirf.reporter import Reporter
from muirf.words import one_line

INTERRUPTED = 130


@click.command()
@click.argument("inputs", metavar="IN...", nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    metavar="OUT",
    help="Folder for the results, in which the files of a folder keep their "
    "relative paths; with a single image also a file. Default: beside each "
    "input as NAME_restored.",
)
@options.backend
@options.restoring
@click.option(
    "--manifest",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="File to add a line of JSON to for every image. A run with "
    "--overwrite passes over what it says to be restored in the same way.",
)
@click.option(
    "--shard",
    type=ShardType(),
    metavar="I/N",
    help="Restore the I-th of N equal shares of the files.",
)
def restore(inputs, out, backend, shard, file_format, manifest, **settings):
    """Restore images and videos: files, and folders with their subfolders.

    IN may be a pattern such as 'photos/**/*.jpg' too, and - for a list of
    files on standard input.

    JPEG, PNG, WebP, TIFF and AVIF; MP4, MOV, MKV and WebM. Depth, transparency
    and metadata stay as they are, and the sound of videos. Ends with 0 if
    everything was restored, 1 if something was not.
    """
    name, why = choose_backend(backend)
    click.echo(f"Backend: {name} ({why})", err=True)
    with quiet_startup():
        import_models()
    pairs = _discover(inputs, out, options.SUFFIXES.get(file_format), shard)
    worker = new_worker(**settings)
    worker.restorer = load_for(worker)
    manifest = manifest and _manifest(manifest, worker)
    given = worker.weather in worker.restorer.weathers
    started = time.perf_counter()
    with Reporter(len(pairs)) as reporter:
        try:
            for source, target in pairs:
                reporter.begin(source)
                outcome = _restore_one(
                    worker, manifest, source, target, reporter.frame
                )
                reporter.outcome(outcome, given)
        except KeyboardInterrupt:
            reporter.finish(time.perf_counter() - started, interrupted=True)
            raise SystemExit(INTERRUPTED) from None
        reporter.finish(time.perf_counter() - started)
    if reporter.failed:
        raise SystemExit(1)


def _discover(inputs, out, suffix, shard):
    from keras_muirf import restoration

    named = [x for x in inputs if x != "-"]
    listed = listed_files() if "-" in inputs else []
    if not named and not listed:
        raise click.UsageError("There is no name on standard input.")
    try:
        return restoration.discover(
            named, out, listed, suffix, shard and restoration.Shard(*shard)
        )
    except restoration.ImageError as error:
        raise click.UsageError(one_line(error)) from error


def new_worker(
    preset, quality, subsampling, strip_metadata, skip_existing, **settings
):
    """The `RestorationWorker` that `options.restoring` describe."""
    from keras_muirf import restoration

    return restoration.RestorationWorker(
        preset,
        encoding=restoration.ImageEncoding(
            quality, subsampling, strip_metadata
        ),
        overwrite=not skip_existing,
        **settings,
    )


def load_for(worker):
    """Loads what a `RestorationWorker` restores with, and checks its options.

    Raises:
        click.ClickException: the preset cannot be loaded, or does not know
            the weather.
    """
    restorer = load_restorer(worker.preset, worker.tile)
    if worker.weather not in ("auto", "mixed", *restorer.weathers):
        raise click.UsageError(
            f"The preset '{worker.preset}' does not know {worker.weather}; it "
            f"knows {', '.join(restorer.weathers)}."
        )
    return restorer


def _manifest(path, worker):
    from keras_muirf.restoration import Manifest

    try:
        return Manifest(path, worker.made_with)
    except (OSError, ValueError) as error:
        raise click.UsageError(
            f"{path}: the manifest cannot be read ({one_line(error)}); name "
            "another file with --manifest."
        ) from error


def _restore_one(worker, manifest, source, target, frame):
    from keras_muirf.restoration import FileOutcome

    if manifest and manifest.has(source, target):
        return FileOutcome(source, target, "skipped")
    outcome = worker(
        source, target, lambda done, total: frame(source, done, total)
    )
    if manifest:
        try:
            manifest.add(outcome)
        except OSError as error:
            raise click.ClickException(
                f"The manifest cannot be written ({one_line(error)}); what is "
                "restored stays, and the next run goes on from there."
            ) from error
    return outcome
