"""A network for falling snow alone.

    muirf train desnow --set data=DATA

There are no aligned photographs of one scene with and without falling snow,
so all of it is synthesized: this is the recipe to begin with for data of your
own, as it needs no pairs.

Data: snow synthesized on BSDS500: flakes of several depths, from specks to
    blurred discs, and their veil. A fifth of the photographs is darkened to
    dusk.
Time: 55 minutes by default, planned for two CPU cores.
Result: muirf_tiny_desnow, which begins with muirf_tiny_all_weather: 29.61 dB on
    Kodak's photographs with synthesized snow (Y; input 23.05). The model card
    has the command.
"""

import keras

import keras_muirf
from keras_muirf import training
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import Exposed
from keras_muirf.datasets import Synthesized

run = training.begin(__doc__, minutes=55, learning_rate=1.2e-3)

# === Data ===
data = run.data / "train"
photographs, held_out = CleanFolder(data / "clean" / "bsds500").split(0.05)
snow = keras_muirf.weather.Snow((0.05, 1.0), seed=run.seed)
dusk = Exposed(photographs, stops=(-5.0, -1.0), seed=run.seed)
sources = {
    "snow": [
        (Synthesized(photographs, snow), 0.8),
        (Synthesized(dusk, snow), 0.2),
    ]
}
validation = {"synthesized snow": Synthesized(held_out, snow)}

# === Model ===
# With one weather the rule leaves the step to the optimizer inside it.
restorer = training.new_restorer(run.size, weathers=("snow",), start=run.start)
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
