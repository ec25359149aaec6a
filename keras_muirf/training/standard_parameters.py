import pathlib

from keras_muirf.models import SIZES
from keras_muirf.training.find_rule import rules
from keras_muirf.training.new_restorer import SMOKE
from keras_muirf.training.parameter import Parameter

PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def standard_parameters(minutes, learning_rate):
    """The parameters that every recipe has.

    Args:
        minutes: float, the recipe's minutes of training.
        learning_rate: float, the recipe's highest learning rate.

    Returns:
        A list of `Parameter`.
    """
    return [
        Parameter(
            "data",
            None,
            "folder with train/ and test/; default: $MUIRF_DATA",
            pathlib.Path,
            changes=True,
        ),
        Parameter(
            "out",
            None,
            "folder of the run; default: runs/<recipe>",
            pathlib.Path,
            changes=True,
        ),
        Parameter(
            "minutes",
            float(minutes),
            "minutes of training, of all sessions together",
            above=0,
            changes=True,
        ),
        Parameter(
            "steps",
            None,
            "steps of training, instead of minutes",
            int,
            above=0,
            changes=True,
        ),
        Parameter("size", "tiny", "of the network", choices=(*SIZES, SMOKE)),
        Parameter(
            "start",
            None,
            "preset to begin with instead of random weights; its size holds",
            str,
        ),
        Parameter(
            "seed",
            0,
            "of initial weights, batches and synthesized weather",
            above=-1,
        ),
        Parameter(
            "rule",
            "MeanGradient",
            "combines the weathers' gradients",
            choices=tuple(rules()),
        ),
        Parameter(
            "learning_rate", float(learning_rate), "the highest", above=0
        ),
        Parameter(
            "precision",
            "float32",
            "of the computations; weights are float32",
            choices=PRECISIONS,
        ),
        Parameter(
            "steps_per_epoch",
            200,
            "steps from checkpoint to checkpoint",
            above=0,
        ),
        Parameter(
            "crop_size",
            None,
            "side of all crops, in pixels, instead of the recipe's stages",
            int,
            above=7,
        ),
        Parameter(
            "images_per_weather",
            None,
            "in a batch, instead of the recipe's stages",
            int,
            above=0,
        ),
        Parameter(
            "on_device",
            False,
            "whether to hold the images in the device's memory and make "
            "batches there; for GPUs, on JAX",
        ),
        Parameter(
            "devices",
            1,
            "that share every batch; with torchrun, as many processes",
            above=0,
        ),
        Parameter(
            "diagnostics",
            True,
            "whether to follow gradients and routing, for plot-run",
            changes=True,
        ),
        Parameter(
            "bad_steps",
            10,
            "steps in a row without a finite loss after which the run stops",
            above=0,
            changes=True,
        ),
        Parameter(
            "smoke",
            False,
            "a few steps of a very small network on drawn pictures",
        ),
    ]
