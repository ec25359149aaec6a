import time

import click

from muirf.backend import BACKENDS
from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.backend import one_line
from muirf.loading import load_restorer
from muirf.parameters import ShardType
from muirf.parameters import Tile
from muirf.parameters import listed_files
from muirf.quiet import quiet_startup
from muirf.reporter import Reporter

DEFAULT_PRESET = "muirf_tiny_all_weather"
# `keras_muirf.WEATHERS`, which cannot be imported before the backend is chosen.
WEATHERS = ("rain", "snow", "haze", "raindrop")
SUFFIXES = {
    "jpeg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "tiff": ".tif",
    "avif": ".avif",
}
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
@click.option(
    "--preset",
    metavar="P",
    default=DEFAULT_PRESET,
    show_default=True,
    help="Name of a preset (see `muirf presets`), a folder, or a handle with "
    "hf:// or kaggle://.",
)
@click.option(
    "--weather",
    type=click.Choice(["auto", *WEATHERS, "mixed"]),
    default="auto",
    show_default=True,
    help="The weather to remove; auto finds out, mixed takes all by their "
    "probabilities.",
)
@click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    help="Default: KERAS_BACKEND, else the first that is installed.",
)
@click.option(
    "--tile",
    type=Tile(),
    metavar="auto|N|0",
    default="auto",
    show_default=True,
    help="Height and width of the tiles of large images, in pixels; 0 for "
    "each image in one piece; auto chooses by the free memory.",
)
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    metavar="N",
    default=1,
    show_default=True,
    help="The most tiles that go through the network at a time.",
)
@click.option(
    "--strength",
    type=click.FloatRange(0, 1),
    metavar="S",
    default=1.0,
    show_default=True,
    help="How much of the restoration is applied: 0 leaves the image as it "
    "is, 0.5 lies halfway.",
)
@click.option(
    "--crf",
    type=click.IntRange(0, 63),
    metavar="N",
    help="Quality of videos, the encoder's constant rate factor: less is "
    "better and larger. Default: 18 for H.264, 20 for HEVC, 24 for AV1, VP9.",
)
@click.option(
    "--skip-existing/--overwrite",
    default=True,
    show_default=True,
    help="What becomes of files whose result is there already.",
)
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
@click.option(
    "--format",
    "file_format",
    type=click.Choice(list(SUFFIXES)),
    help="Format of all images' results. Default: that of each input.",
)
@click.option(
    "--quality",
    type=click.IntRange(1, 100),
    metavar="N",
    help="Quality of JPEG, WebP and AVIF. Default: 95, or without loss for a "
    "WebP that is.",
)
@click.option(
    "--subsampling",
    type=click.Choice(["4:4:4", "4:2:0"]),
    default="4:4:4",
    show_default=True,
    help="Resolution of colours in JPEG and AVIF: full, or half.",
)
@click.option(
    "--strip-metadata",
    is_flag=True,
    help="Leave out EXIF, XMP, texts and tags, all but the colour profile.",
)
def restore(inputs, out, backend, shard, file_format, manifest, **options):
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
    pairs = _discover(inputs, out, SUFFIXES.get(file_format), shard)
    worker = _worker(**options)
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


def _worker(
    preset, quality, subsampling, strip_metadata, skip_existing, **options
):
    from keras_muirf import restoration

    worker = restoration.RestorationWorker(
        preset,
        encoding=restoration.ImageEncoding(
            quality, subsampling, strip_metadata
        ),
        overwrite=not skip_existing,
        **options,
    )
    worker.restorer = _load(preset, worker.weather, worker.tile)
    return worker


def _load(preset, weather, tile):
    restorer = load_restorer(preset, tile)
    if weather not in ("auto", "mixed", *restorer.weathers):
        raise click.UsageError(
            f"The preset '{preset}' does not know {weather}; it knows "
            f"{', '.join(restorer.weathers)}."
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
