"""A network for drops on the window or lens alone.

    muirf train raindrop --set data=DATA

Aligned pairs of wet and dry glass are few. The two lenses of RobotCar's differ
in exposure, which a network would learn as dark patches: the targets are made
to fit (`MatchedPairs`), and pairs that do not are left out.

Data: refracting drops synthesized on BSDS500, and RobotCar's pairs.
Time: 55 minutes by default, planned for two CPU cores.
Result: muirf_tiny_raindrop, which begins with muirf_tiny_all_weather and has a
    second scale: +1.57 dB on four photographs of Qian et al. and +4.20 on
    Kodak's with synthesized drops (Y). The model card has the commands.
"""

import keras

import keras_muirf
from keras_muirf import training
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import MatchedPairs
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized

run = training.begin(__doc__, minutes=55, learning_rate=1.2e-3)

# === Data ===
data = run.data / "train"
photographs, held_out = CleanFolder(data / "clean" / "bsds500").split(0.05)
raindrop = keras_muirf.weather.Raindrop((0.05, 1.0), seed=run.seed)
pairs = PairedFolder(
    data / "pairs" / "robotcar_deraindrop" / "raindrop",
    "raindrop",
    scene=lambda name: name.split("_")[0],
)
pairs, held_out_pairs = MatchedPairs(pairs).split(0.05)
sources = {
    "raindrop": [(Synthesized(photographs, raindrop), 0.8), (pairs, 0.5)]
}
validation = {
    "synthesized raindrop": Synthesized(held_out, raindrop),
    "robotcar_deraindrop": held_out_pairs,
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
    loss=keras_muirf.losses.RestorationLoss(grid_period=restorer.size_multiple),
)

# === Training ===
training.train(
    restorer,
    sources,
    run,
    # Large crops show what surrounds a drop.
    stages=[(0.6, 64, 16), (1.0, 256, 4)],
    held_out=validation,
    # A photograph may look a little wet without being so.
    clear=0.3,
)
training.report(restorer, validation)
