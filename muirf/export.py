import click

from muirf import options
from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.backend import is_installed
from muirf.quiet import quiet_startup
from muirf.restore import INTERRUPTED
from muirf.words import one_line

# `keras_muirf.export.FORMATS` and its neighbours, which cannot be imported
# before the backend is chosen.
FORMATS = ("onnx", "openvino", "litert", "saved_model")
PRECISIONS = ("float32", "float16", "int8")
DTYPES = ("float32", "uint8")


@click.command()
@click.argument("preset")
@click.option(
    "--format",
    type=click.Choice(FORMATS),
    multiple=True,
    default=["onnx"],
    show_default=True,
    help="May be given again.",
)
@click.option(
    "-o",
    "--out",
    metavar="OUT",
    help="The file; with several formats, or with / at its end, the folder. "
    "Default: the preset's name in this folder.",
)
@options.weather
@click.option(
    "--dtype",
    type=click.Choice(DTYPES),
    default="float32",
    show_default=True,
    help="Of the images: float32 in [0, 1] or uint8.",
)
@click.option(
    "--precision",
    type=click.Choice(PRECISIONS),
    default="float32",
    show_default=True,
    help="In which the network computes; the last two for onnx alone.",
)
@click.option(
    "--calibrate",
    metavar="DIR",
    help="Photographs as they will be restored, for int8; what float16 and "
    "int8 cost is measured on them. Default: drawn scenes.",
)
@click.option(
    "--licence",
    metavar="TEXT",
    help="Licence of the weights, for the metadata. Default: Apache-2.0 for "
    "the presets that come with the package.",
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
def export(**job):
    """Export a preset as a file that runs without Keras.

    PRESET is a name (see `muirf presets`), a folder, or a handle with hf://
    or kaggle://. The file takes RGB images of any height and width and gives
    the restored images and the probabilities of the weathers. It is run and
    compared with Keras before it takes its place.
    """
    if not is_installed("tensorflow"):
        raise click.ClickException(
            "Exporting needs TensorFlow, whatever the backend in use: "
            'pip install "keras-muirf[export]"'
        )
    # It alone exports an unknown height and width soundly.
    choose_backend("tensorflow")
    try:
        with quiet_startup():
            import_models()
            from keras_muirf.export import ExportError
            from keras_muirf.export.convert import convert

            exported = convert(**job)
    except KeyboardInterrupt:
        raise SystemExit(INTERRUPTED) from None
    except (ExportError, OSError) as error:
        raise click.ClickException(one_line(error)) from error
    for one in exported:
        click.echo(f"{one['path']}: {_compared(one)}")


def _compared(one):
    if one["difference"] is not None:
        return f"differs from Keras by {one['difference']:.0e} at most"
    if one["psnr"] is not None:
        return f"{one['psnr']:.1f} dB to the result in float32"
    return "not compared with Keras, for its runtime is not installed"
