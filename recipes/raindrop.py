"""A network for drops on the window or lens alone.

    muirf train raindrop --set data=DATA

Real pairs of wet and dry glass differ in more than the drops, so they have a
small share and the synthesized drops give the figures.

Data: refracting drops synthesized on BSDS500, and 95 stereo pairs of the
    RobotCar set, one lens wet and one dry, which differ in exposure and by a
    shift of up to 1.5 pixels.
Time: 55 minutes by default, planned for two CPU cores.
Result: not yet trained at length, so there are no figures to quote.
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
raindrop = keras_muirf.weather.Raindrop((0.05, 1.0), seed=run.seed)
robotcar, robotcar_held_out = PairedFolder(
    data / "pairs" / "robotcar_deraindrop" / "raindrop",
    "raindrop",
    scene=lambda name: name.split("_")[0],
).split(0.05)
sources = {
    "raindrop": [
        (Synthesized(photographs, raindrop), 0.8),
        (robotcar, 0.1),
    ]
}
validation = {
    "robotcar_deraindrop": robotcar_held_out,
    "synthesized raindrop": Synthesized(held_out, raindrop),
}

# === Model ===
# With one weather the rule leaves the step to the optimizer inside it.
restorer = training.new_restorer(
    run.size, weathers=("raindrop",), start=run.start
)
restorer.compile(
    training.find_rule(run.rule)(
        keras.optimizers.AdamW(run.learning_rate, weight_decay=1e-4)
    ),
    loss=keras_muirf.losses.RestorationLoss(),
)

# === Training ===
training.train(
    restorer,
    sources,
    run,
    stages=[(0.6, 64, 16), (1.0, 128, 16)],
    held_out=validation,
)
training.report(restorer, validation)
