"""Options that several commands have."""

import click

from muirf.backend import BACKENDS
from muirf.parameters import Tile

DEFAULT_PRESET = "muirf_tiny_all_weather"
SUFFIXES = {
    "jpeg": ".jpg",
    "png": ".png",
    "webp": ".webp",
    "tiff": ".tif",
    "avif": ".avif",
}

backend = click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    help="Default: KERAS_BACKEND, else the first that is installed.",
)
preset = click.option(
    "--preset",
    metavar="P",
    default=DEFAULT_PRESET,
    show_default=True,
    help="Name of a preset (see `muirf presets`), a folder, or a handle with "
    "hf:// or kaggle://.",
)
weather = click.option(
    "--weather",
    metavar="W",
    default="auto",
    show_default=True,
    help="The weather to remove, one that the preset knows, such as rain; "
    "auto finds out, mixed takes all by their probabilities.",
)
tile = click.option(
    "--tile",
    type=Tile(),
    metavar="auto|N|0",
    default="auto",
    show_default=True,
    help="Height and width of the tiles of large images, in pixels; 0 for "
    "each image in one piece; auto chooses by the free memory.",
)
batch = click.option(
    "--batch",
    type=click.IntRange(min=1),
    metavar="N",
    default=1,
    show_default=True,
    help="The most tiles that go through the network at a time.",
)
strength = click.option(
    "--strength",
    type=click.FloatRange(0, 1),
    metavar="S",
    default=1.0,
    show_default=True,
    help="How much of the restoration is applied: 0 leaves the image as it "
    "is, 0.5 lies halfway.",
)
crf = click.option(
    "--crf",
    type=click.IntRange(0, 63),
    metavar="N",
    help="Quality of videos, the encoder's constant rate factor: less is "
    "better and larger. Default: 18 for H.264, 20 for HEVC, 24 for AV1, VP9.",
)
overwrite = click.option(
    "--skip-existing/--overwrite",
    default=True,
    show_default=True,
    help="What becomes of files whose result is there already.",
)
file_format = click.option(
    "--format",
    "file_format",
    type=click.Choice(list(SUFFIXES)),
    help="Format of all images' results. Default: that of each input.",
)
quality = click.option(
    "--quality",
    type=click.IntRange(1, 100),
    metavar="N",
    help="Quality of JPEG, WebP and AVIF. Default: 95, or without loss for a "
    "WebP that is.",
)
subsampling = click.option(
    "--subsampling",
    type=click.Choice(["4:4:4", "4:2:0"]),
    default="4:4:4",
    show_default=True,
    help="Resolution of colours in JPEG and AVIF: full, or half.",
)
strip_metadata = click.option(
    "--strip-metadata",
    is_flag=True,
    help="Leave out EXIF, XMP, texts and tags, all but the colour profile.",
)


def max_megapixels(default):
    """The option for the largest image, with another default."""
    return click.option(
        "--max-megapixels",
        type=click.FloatRange(min=0, min_open=True),
        metavar="N",
        default=default,
        show_default=True,
        help="The largest image, or frame of a video; larger ones are refused.",
    )


def together(*options):
    """One decorator for several options, in this order."""

    def decorate(command):
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


# What `RestorationWorker` is told, and the suffix of its results.
restoring = together(
    preset,
    weather,
    tile,
    batch,
    strength,
    crf,
    overwrite,
    file_format,
    quality,
    subsampling,
    strip_metadata,
    max_megapixels(500.0),
)
