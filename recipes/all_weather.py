"""One network for rain, snow, haze and raindrops: muirf_tiny_all_weather.

    python recipes/all_weather.py --data DATA --out runs/all_weather

DATA holds `train/pairs/<set>/<weather>/{input,gt}` and
`train/clean/bsds500`. Rain is learned from Rain100L, Rain800 and Rain1400
pairs and synthesized streaks, haze from synthesized haze, O-HAZE and NYU
pairs, raindrops from synthesized drops and RobotCar pairs, and snow, of which
there are no aligned real pairs, from synthesized snow alone.
"""

import pathlib

import keras
import recipe

import keras_muirf
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized

args = recipe.arguments(__doc__, minutes=55)
keras.utils.set_random_seed(args.seed)


def scene_of(name):
    """`901_1` of Rain1400 shows scene 901, `NYU2_51_2_3` scene NYU2_51."""
    parts = name.split("_")
    return "_".join(parts[:2]) if parts[0] == "NYU2" else parts[0]


# === Data ===
pairs = pathlib.Path(args.data) / "train" / "pairs"
photographs, held_out = CleanFolder(
    pathlib.Path(args.data) / "train" / "clean" / "bsds500"
).split(0.05, seed=0)
training, validation = {}, {}
for weather, folders, layer in (
    (
        "rain",
        (("rain100l_train", 1.0), ("rain800_train", 0.4))
        + (("rain1400_sample", 0.2),),
        keras_muirf.weather.Rain((0.05, 1.0), seed=args.seed),
    ),
    ("snow", (), keras_muirf.weather.Snow((0.05, 1.0), seed=args.seed)),
    (
        "haze",
        (("ohaze", 0.3), ("nyu_aod_sample", 0.1)),
        keras_muirf.weather.Haze((0.05, 1.0), seed=args.seed),
    ),
    (
        "raindrop",
        (("robotcar_deraindrop", 0.1),),
        keras_muirf.weather.Raindrop((0.05, 1.0), seed=args.seed),
    ),
):
    training[weather] = [(Synthesized(photographs, layer), 0.8)]
    validation[f"synthesized {weather}"] = Synthesized(held_out, layer)
    for folder, share in folders:
        source, rest = PairedFolder(
            pairs / folder / weather, weather, scene=scene_of
        ).split(0.05, seed=0)
        training[weather].append((source, share))
        validation[folder] = rest

# === Model ===
restorer = recipe.new_restorer(args.size)
restorer.compile(
    keras_muirf.optimizers.MVGH(
        keras.optimizers.AdamW(1e-3, weight_decay=1e-4)
    ),
    loss=keras_muirf.losses.RestorationLoss(),
)

# === Training ===
recipe.train(
    restorer,
    training,
    args,
    stages=[(0.6, 64, 4), (1.0, 128, 4)],
    learning_rate=1.2e-3,
)
recipe.report(restorer, validation)
