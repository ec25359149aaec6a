"""Two weathers at once: `soft` mixing of kernels against the `hard` choice.

    python benchmarks/mixed_weather.py PHOTOGRAPHS --preset P

On each photograph lies rain with haze, and snow with haze
(`keras_muirf.weather.Mixed`). They are restored with the weather that the
network finds most probable (`--weather auto` of the command), with kernels
mixed by the weathers' probabilities (`--weather mixed`), and told either
weather.
"""

import argparse

import keras_muirf
from keras_muirf import evaluation
from keras_muirf import weather
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import Synthesized

MIXTURES = {
    "rain, haze": ("rain", weather.Rain),
    "snow, haze": ("snow", weather.Snow),
}
SEVERITY = (0.2, 0.6)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photographs", help="folder of clean photographs")
    parser.add_argument("--preset", default="muirf_tiny_all_weather")
    args = parser.parse_args()

    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(args.preset)
    photographs = CleanFolder(args.photographs)
    print("| weather | images | method | PSNR Y | SSIM Y |")
    print("|---|---|---|---|---|")
    for name, (falling, layer) in MIXTURES.items():
        mixed = weather.Mixed([layer(SEVERITY), weather.Haze(SEVERITY)])
        source = Synthesized(photographs, mixed, falling)
        for row in measure(source, restorer, falling):
            print(
                f"| {name} | {row['images']} | {row['method']} | "
                f"{row['psnr_y']:.2f} | {row['ssim_y']:.4f} |",
                flush=True,
            )


def measure(source, restorer, falling):
    """A row of means for the input and for each way to restore it."""
    rows = []
    ways = [
        ("hard", "auto", falling),
        ("soft", "mixed", falling),
        (f"told {falling}", "given", falling),
        ("told haze", "given", "haze"),
    ]
    for name, told, label in ways:
        network = evaluation.Network(restorer, name, weather=told)
        some = evaluation.EvaluationSet("mixed", source, label)
        rows += evaluation.evaluate([some], network, baselines=not rows)
    means = evaluation.summarize(rows)
    return [row for row in means if row["method"] != "median filter"]


if __name__ == "__main__":
    main()
