"""A network for falling snow alone.

    python recipes/desnow.py --data DATA --out runs/desnow

There are no aligned photographs of one scene with and without falling snow,
so all of it is synthesized: this is the recipe to begin with for data of your
own, as it needs no pairs.

Data: snow synthesized on BSDS500: flakes of several depths, from specks to
    blurred discs, and their veil.
Time: 55 minutes by default, planned for two CPU cores.
Result: not yet trained at length, so there are no figures to quote.
"""

import pathlib

import keras
import recipe

import keras_muirf
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import Synthesized

args = recipe.arguments(__doc__, minutes=55)
keras.utils.set_random_seed(args.seed)

# === Data ===
data = pathlib.Path(args.data) / "train"
photographs, held_out = CleanFolder(data / "clean" / "bsds500").split(0.05)
snow = keras_muirf.weather.Snow((0.05, 1.0), seed=args.seed)
training = {"snow": Synthesized(photographs, snow)}
validation = {"synthesized snow": Synthesized(held_out, snow)}

# === Model ===
# With one weather MVGH leaves the step to the optimizer inside it.
restorer = recipe.new_restorer(args.size, weathers=("snow",))
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
    stages=[(0.6, 64, 16), (1.0, 128, 16)],
    learning_rate=1.2e-3,
)
recipe.report(restorer, validation)
