"""A network for haze alone.

    muirf train dehaze --set data=DATA

Synthesized haze has exact ground truth and every density; the few real pairs
show what its model leaves out.

Data: haze synthesized on BSDS500, the 35 real outdoor pairs O-HAZE 1-35, and
    40 indoor pairs with AOD-Net's light haze on NYUv2, of which several show
    one scene.
Time: 55 minutes by default, planned for two CPU cores.
Result: muirf_tiny_dehaze, which begins with muirf_tiny_all_weather: 23.95 dB on
    O-HAZE (Y; input 16.60) and 26.42 on sots_outdoor_sample (18.11). The model
    card has the command.
"""

import keras

import keras_muirf
from keras_muirf import training
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized

run = training.begin(__doc__, minutes=55, learning_rate=1.2e-3)

# === Data ===
data = run.data / "train"
photographs, held_out = CleanFolder(data / "clean" / "bsds500").split(0.05)
haze = keras_muirf.weather.Haze((0.05, 1.0), seed=run.seed)
ohaze, ohaze_held_out = PairedFolder(
    data / "pairs" / "ohaze" / "haze", "haze"
).split(0.05)
nyu, nyu_held_out = PairedFolder(
    data / "pairs" / "nyu_aod_sample" / "haze",
    "haze",
    scene=lambda name: "_".join(name.split("_")[:2]),
).split(0.05)
sources = {
    "haze": [
        (Synthesized(photographs, haze), 0.8),
        (ohaze, 0.3),
        (nyu, 0.1),
    ]
}
validation = {
    "ohaze": ohaze_held_out,
    "nyu_aod_sample": nyu_held_out,
    "synthesized haze": Synthesized(held_out, haze),
}

# === Model ===
# With one weather the rule leaves the step to the optimizer inside it.
restorer = training.new_restorer(run.size, weathers=("haze",), start=run.start)
restorer.compile(
    training.find_rule(run.rule)(
        keras.optimizers.AdamW(run.learning_rate, weight_decay=1e-4)
    ),
    loss=keras_muirf.losses.RestorationLoss(grid_period=restorer.size_multiple),
)

# === Training ===
training.train(
    restorer,
    sources,
    run,
    stages=[(0.6, 64, 16), (1.0, 128, 16)],
    held_out=validation,
    # A photograph may look a little hazy without being so.
    clear=0.25,
)
training.report(restorer, validation)
