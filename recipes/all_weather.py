"""One network for rain, snow, haze and raindrops: muirf_tiny_all_weather.

    muirf train all_weather --set data=DATA

It made the preset that comes with the package, on a GPU; the model card has the
command. What it has learned of one weather is improved, and the others stay as
they are, by

    muirf train all_weather --set data=DATA --set start=PRESET --set only=snow

Data: DATA holds `train/pairs/<set>/<weather>/{input,gt}` and
    `train/clean/bsds500`. Rain is learned from Rain100L, Rain800 and Rain1400
    pairs and synthesized streaks, haze from synthesized haze, O-HAZE and NYU
    pairs, raindrops from synthesized ones and RobotCar's pairs, and snow from
    synthesized one alone; a fifth of the photographs below synthesized rain,
    snow and raindrops is darkened to dusk. The lenses of RobotCar's pairs
    differ in exposure, which a network would learn as dark patches: the
    targets are made to fit.
Time: 55 minutes by default, planned for two CPU cores.
Result: the model card has the preset's figures on the test sets. The report at
    the end of the run is on scenes held out of training.
"""

import keras

import keras_muirf
from keras_muirf import training
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import Exposed
from keras_muirf.datasets import MatchedPairs
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized

run = training.begin(
    __doc__,
    minutes=55,
    learning_rate=1.2e-3,
    parameters=[
        training.Parameter(
            "only",
            None,
            "weather whose own kernels are trained; all else of `start` stays",
            str,
            choices=keras_muirf.WEATHERS,
        )
    ],
)


def scene_of(name):
    """`901_1` of Rain1400 shows scene 901, `NYU2_51_2_3` scene NYU2_51."""
    parts = name.split("_")
    return "_".join(parts[:2]) if parts[0] == "NYU2" else parts[0]


# === Data ===
data = run.data / "train"
photographs, held_out = CleanFolder(data / "clean" / "bsds500").split(0.05)
dusk = Exposed(photographs, stops=(-5.0, -1.0), seed=run.seed)
sources, validation = {}, {}

for weather, layer in {
    "rain": keras_muirf.weather.Rain((0.05, 1.0), seed=run.seed),
    "snow": keras_muirf.weather.Snow((0.05, 1.0), seed=run.seed),
    "haze": keras_muirf.weather.Haze((0.05, 1.0), seed=run.seed),
    "raindrop": keras_muirf.weather.Raindrop((0.05, 1.0), seed=run.seed),
}.items():
    sources[weather] = [(Synthesized(photographs, layer), 0.8)]
    # Haze is lit by what lights the scene; the others by lamps, too.
    if weather != "haze":
        sources[weather].append((Synthesized(dusk, layer), 0.2))
    validation[f"synthesized {weather}"] = Synthesized(held_out, layer)

# The weight is the share in the weather's crops, against 0.8 synthesized.
for folder, weather, weight in [
    ("rain100l_train", "rain", 1.0),
    ("rain800_train", "rain", 0.4),
    ("rain1400_sample", "rain", 0.2),
    ("ohaze", "haze", 0.3),
    ("nyu_aod_sample", "haze", 0.1),
    ("robotcar_deraindrop", "raindrop", 0.5),
]:
    pairs = PairedFolder(data / "pairs" / folder / weather, weather, scene_of)
    if folder == "robotcar_deraindrop":
        pairs = MatchedPairs(pairs)
    pairs, validation[folder] = pairs.split(0.05)
    sources[weather].append((pairs, weight))

# === Model ===
if run.only and not run.start:
    raise training.RunError("only needs start, the preset to improve.", 2)
restorer = training.new_restorer(run.size, start=run.start)
if run.only:
    sources = {run.only: sources[run.only]}
    restorer.freeze_shared()
    optimizer = keras.optimizers.Adam(run.learning_rate)
else:
    optimizer = training.find_rule(run.rule)(
        keras.optimizers.AdamW(run.learning_rate, weight_decay=1e-4)
    )
restorer.compile(
    optimizer,
    loss=keras_muirf.losses.RestorationLoss(grid_period=restorer.size_multiple),
)

# === Training ===
training.train(
    restorer,
    sources,
    run,
    stages=[(0.56, 64, 4), (1.0, 96, 3)],
    held_out=validation,
    # At a tenth half of the whole photographs without weather were seen as
    # having some.
    clear=0.15,
)
training.report(restorer, validation)
