"""What the recipes share: arguments, the training loop and the report."""

import argparse
import os
import pathlib
import sys
import tempfile

import drawn_data
import keras

import keras_muirf
from keras_muirf import evaluation

STEPS_PER_EPOCH = 200

# --smoke: everything once, as small as it gets.
SMOKE_SIZE = {
    "widths": (8,),
    "encoder_blocks": (),
    "middle_blocks": 1,
    "decoder_blocks": (),
    "stem_width": 8,
    "num_experts": 2,
    "router_width": 8,
    "context_dim": 8,
}
SMOKE_STAGES = [(1.0, 32, 1)]
SMOKE_STEPS_PER_EPOCH = 2
SMOKE_MINUTES = 1e-6


def arguments(description, minutes):
    """Reads the command line of a recipe."""
    name = pathlib.Path(sys.argv[0]).stem
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(
        "--data",
        default=os.environ.get("MUIRF_DATA"),
        help="folder with train/ and test/ (default: $MUIRF_DATA)",
    )
    parser.add_argument(
        "--out",
        help="folder of the run; one that was interrupted goes on "
        f"(default: runs/{name})",
    )
    parser.add_argument(
        "--minutes",
        type=float,
        help="minutes of training, of all sessions together "
        f"(default: {minutes})",
    )
    parser.add_argument(
        "--size", default="tiny", choices=keras_muirf.models.SIZES
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--smoke",
        action="store_true",
        help="a few steps of a very small network on drawn pictures",
    )
    args = parser.parse_args()
    if args.smoke:
        # Held by `args`, and removed with it when the recipe ends.
        args.scratch = tempfile.TemporaryDirectory()
        args.data = drawn_data.draw(pathlib.Path(args.scratch.name) / "data")
        args.out = args.out or os.path.join(args.scratch.name, "run")
        args.size = "smoke"
        minutes = SMOKE_MINUTES
    if args.data is None:
        parser.error("give the folder of the images with --data")
    args.out = args.out or os.path.join("runs", name)
    args.minutes = minutes if args.minutes is None else args.minutes
    return args


def new_restorer(size, weathers=keras_muirf.WEATHERS):
    """A restorer with random weights."""
    config = {**keras_muirf.models.SIZES, "smoke": SMOKE_SIZE}[size]
    return keras_muirf.models.MUIRFImageRestorer(
        keras_muirf.models.MUIRFBackbone(num_weathers=len(weathers), **config),
        keras_muirf.models.MUIRFImageRestorerPreprocessor(
            keras_muirf.layers.MUIRFImageConverter()
        ),
        weathers=weathers,
    )


def train(restorer, sources, args, stages, learning_rate):
    """Trains in stages of growing crops and saves `args.out`/preset.

    Started again, an interrupted run goes on after its last whole epoch, and
    a finished one only loads its weights. Given more minutes it trains on.

    Args:
        restorer: the compiled `keras_muirf.models.MUIRFImageRestorer`.
        sources: `sources` of `keras_muirf.datasets.WeatherMajorDataset`.
        args: from `arguments`.
        stages: list of `(stop_at, crop_size, images_per_weather)`: up to
            which part of the minutes which crops are used.
        learning_rate: float. Highest learning rate.
    """
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    stages = SMOKE_STAGES if args.smoke else stages
    steps = SMOKE_STEPS_PER_EPOCH if args.smoke else STEPS_PER_EPOCH
    for stage in stages:
        stop_at, crop_size, images_per_weather = stage
        budget = keras_muirf.callbacks.TimeBudget(
            args.minutes,
            learning_rate,
            out / "budget.json",
            stop_at=stop_at,
        )
        # The last one has to restore the weights even if it is spent, too.
        if budget.spent and stage != stages[-1]:
            continue
        dataset = keras_muirf.datasets.WeatherMajorDataset(
            sources,
            images_per_weather=images_per_weather,
            crop_size=crop_size,
            steps_per_epoch=steps,
            weathers=restorer.weathers,
            seed=args.seed,
        )

        def follow(epoch, logs=None, dataset=dataset):
            dataset.epoch = epoch

        restorer.fit(
            dataset,
            epochs=budget.epochs,
            verbose=2,
            callbacks=[
                keras.callbacks.BackupAndRestore(
                    str(out / "backup"),
                    double_checkpoint=True,
                    delete_checkpoint=False,
                ),
                budget,
                keras.callbacks.LambdaCallback(on_epoch_begin=follow),
                keras.callbacks.CSVLogger(str(out / "log.csv"), append=True),
            ],
        )
    restorer.save_to_preset(str(out / "preset"), weights_dtype="float16")


def report(restorer, sources):
    """Prints the mean figures of every set, before and after restoration.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        sources: dict from the name of a set to its source, as in `train`.
    """
    sets = [
        evaluation.EvaluationSet(name, source, source.weather)
        for name, source in sources.items()
    ]
    rows = evaluation.evaluate(sets, restorer)
    print(evaluation.as_table(rows), flush=True)
