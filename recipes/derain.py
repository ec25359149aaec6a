"""A network for rain alone.

    muirf train derain --set data=DATA

The data, network and minutes of all_weather.py for one weather: what the two
differ by on Rain100L is what sharing the network costs or gives.

Data: the pairs of Rain100L's training set, 80 of Rain800's, 30 of Rain1400's
    (several strengths of rain on one scene), and streaks synthesized on
    BSDS500. These sets share photographs, so the report at the end of the run
    flatters: figures to quote come from `muirf evaluate` on test sets.
Time: 55 minutes by default, planned for two CPU cores.
Result: muirf_tiny_derain, in ten minutes on halves of two GPUs: 34.80 dB on
    Rain100L's test set (Y). The model card has the commands.
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
rain = keras_muirf.weather.Rain((0.05, 1.0), seed=run.seed)
rain100l, rain100l_held_out = PairedFolder(
    data / "pairs" / "rain100l_train" / "rain", "rain"
).split(0.05)
rain800, rain800_held_out = PairedFolder(
    data / "pairs" / "rain800_train" / "rain", "rain"
).split(0.05)
rain1400, rain1400_held_out = PairedFolder(
    data / "pairs" / "rain1400_sample" / "rain",
    "rain",
    scene=lambda name: name.split("_")[0],
).split(0.05)
sources = {
    "rain": [
        (rain100l, 1.0),
        (rain800, 0.2),
        (rain1400, 0.1),
        (Synthesized(photographs, rain), 0.3),
    ]
}
validation = {
    "rain100l_train": rain100l_held_out,
    "rain800_train": rain800_held_out,
    "rain1400_sample": rain1400_held_out,
    "synthesized rain": Synthesized(held_out, rain),
}

# === Model ===
# With one weather the rule leaves the step to the optimizer inside it.
restorer = training.new_restorer(run.size, weathers=("rain",), start=run.start)
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
)
training.report(restorer, validation)
