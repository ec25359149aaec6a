"""What the recipes share: arguments, the training loop and the report."""

import argparse
import os
import pathlib

import keras
import numpy as np

import keras_muirf

STEPS_PER_EPOCH = 200


def arguments(description, minutes):
    """Reads the command line of a recipe."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(
        "--data",
        default=os.environ.get("MUIRF_DATA"),
        help="folder with train/ and test/ (default: $MUIRF_DATA)",
    )
    parser.add_argument("--out", help="folder of the run, resumed if it exists")
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--smoke",
        action="store_true",
        help="a few steps of a very small network on drawn pictures",
    )
    args = parser.parse_args()
    if args.data is None and not args.smoke:
        parser.error("give the folder of the images with --data")
    return args


def new_restorer(size, weathers=keras_muirf.WEATHERS):
    """A restorer with random weights."""
    config = keras_muirf.models.SIZES[size]
    return keras_muirf.models.MUIRFImageRestorer(
        keras_muirf.models.MUIRFBackbone(num_weathers=len(weathers), **config),
        keras_muirf.models.MUIRFImageRestorerPreprocessor(
            keras_muirf.layers.MUIRFImageConverter()
        ),
        weathers=weathers,
    )


def train(restorer, sources, args, stages, learning_rate):
    """Trains in stages of growing crops, resuming what was begun.

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
    for stop_at, crop_size, images_per_weather in stages:
        dataset = keras_muirf.datasets.WeatherMajorDataset(
            sources,
            images_per_weather=images_per_weather,
            crop_size=crop_size,
            steps_per_epoch=STEPS_PER_EPOCH,
            weathers=restorer.weathers,
            seed=args.seed,
        )
        budget = keras_muirf.callbacks.TimeBudget(
            args.minutes,
            learning_rate,
            str(out / "budget.json"),
            stop_at=stop_at,
        )

        def follow(epoch, logs=None, dataset=dataset):
            dataset.epoch = epoch

        restorer.fit(
            dataset,
            epochs=budget.epochs,
            verbose=2,
            callbacks=[
                keras.callbacks.BackupAndRestore(
                    str(out / "backup"), delete_checkpoint=False
                ),
                budget,
                keras.callbacks.LambdaCallback(on_epoch_begin=follow),
                keras.callbacks.CSVLogger(str(out / "log.csv"), append=True),
            ],
        )
    restorer.save_to_preset(str(out / "preset"), weights_dtype="float16")


def report(restorer, sources):
    """Prints the mean figures of every set, before and after restoration."""
    print("set | images | input PSNR Y | PSNR Y | PSNR RGB | SSIM Y | weather")
    for name, source in sources.items():
        rows = keras_muirf.datasets.evaluate_pairs(restorer, source)
        means = [
            np.mean([row[key] for row in rows])
            for key in ("psnr_input_y", "psnr_y", "psnr_rgb", "ssim_y")
        ]
        right = np.mean([row["seen"] == row["weather"] for row in rows])
        print(
            f"{name} | {len(rows)} | {means[0]:.2f} | {means[1]:.2f} | "
            f"{means[2]:.2f} | {means[3]:.4f} | {right:.0%}",
            flush=True,
        )
