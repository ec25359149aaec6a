import time

import click

from muirf.backend import BACKENDS
from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.backend import one_line
from muirf.loading import load_restorer
from muirf.quiet import quiet_startup
from muirf.reporter import Reporter
from muirf.restore_either import restore_either

DEFAULT_PRESET = "muirf_tiny_all_weather"
# `keras_muirf.WEATHERS`, which cannot be imported before the backend is chosen.
WEATHERS = ("rain", "snow", "haze", "raindrop")
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
    type=click.IntRange(min=0),
    metavar="N",
    help="Height and width of the tiles of large images, in pixels; 0 for "
    "each image in one piece. Default: the preset's own.",
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
def restore(inputs, out, preset, weather, backend, tile, strength, crf):
    """Restore images and videos: files, and folders with their subfolders.

    JPEG, PNG, WebP, TIFF and AVIF; MP4, MOV, MKV and WebM. Depth, transparency
    and metadata stay as they are, and the sound of videos. Ends with 0 if
    everything was restored, 1 if something was not.
    """
    name, why = choose_backend(backend)
    click.echo(f"Backend: {name} ({why})", err=True)
    with quiet_startup():
        import_models()
    from keras_muirf.restoration import ImageError
    from keras_muirf.restoration import discover

    try:
        pairs = discover(inputs, out)
    except ImageError as error:
        raise click.UsageError(one_line(error)) from error
    restorer = _load(preset, weather, tile)
    started = time.perf_counter()
    with Reporter(len(pairs)) as reporter:
        try:
            for source, target in pairs:
                reporter.begin(source)
                _restore_one(
                    reporter,
                    restorer,
                    source,
                    target,
                    weather=weather,
                    tile=tile,
                    strength=strength,
                    crf=crf,
                )
        except KeyboardInterrupt:
            reporter.finish(time.perf_counter() - started, interrupted=True)
            raise SystemExit(INTERRUPTED) from None
        reporter.finish(time.perf_counter() - started)
    if reporter.failed:
        raise SystemExit(1)


def _load(preset, weather, tile):
    restorer = load_restorer(preset, tile)
    if weather not in ("auto", "mixed", *restorer.weathers):
        raise click.UsageError(
            f"The preset '{preset}' does not know {weather}; it knows "
            f"{', '.join(restorer.weathers)}."
        )
    return restorer


def _restore_one(reporter, restorer, source, target, crf, **options):
    from keras_muirf.restoration import ImageError

    try:
        record = restore_either(
            restorer, source, target, reporter.frame, crf, **options
        )
    except ImageError as error:
        reporter.failure(one_line(error))
    # The backends' errors, lack of memory among them, have no common type,
    # and one image's failure must not keep the others from being restored.
    except Exception as error:
        reporter.failure(
            f"{source}: the file could not be restored "
            f"({type(error).__name__}: {one_line(error)}); where memory is "
            "short, a smaller --tile helps."
        )
    else:
        reporter.success(record, given=options["weather"] in restorer.weathers)
