"""Two tasks on one image, with any Keras model: which digits are these two?

    python examples/multi_task_digits.py --rule UPGrad

Two handwritten digits stand side by side, with some overlap. A small network
names both: two tasks that share a trunk and look at the same images, each
with a loss of its own. `task_gradients = "losses"` makes a gradient of each,
and a rule combines them.

Data: the digits that come with scikit-learn (8 x 8 pixels). Nothing is
downloaded. Prints the accuracy of both tasks on digits held out.
"""

import argparse

import keras
import numpy as np
from sklearn.datasets import load_digits

import keras_muirf

RULES = {
    name: getattr(keras_muirf.optimizers, name)
    for name in (
        "MeanGradient",
        "NormHomogenization",
        "PCGrad",
        "CAGrad",
        "IMTLG",
        "AlignedMTL",
        "UPGrad",
        "MVGH",
    )
}


class TwoDigits(keras_muirf.trainers.TaskGradientTrainer, keras.Model):
    num_tasks = 2
    task_gradients = "losses"
    # What belongs to one task alone is not for a rule to combine.
    averaged_variables = ("left/", "right/")


def make_pairs(images, labels, count, rng):
    """Two digits on 8 x 12 pixels each: the last columns overlap."""
    left, right = rng.integers(len(images), size=(2, count))
    x = np.zeros((count, 8, 12), "float32")
    x[:, :, :8] = images[left]
    x[:, :, 4:] = np.maximum(x[:, :, 4:], images[right])
    return x[..., None], {"left": labels[left], "right": labels[right]}


def make_model():
    x = keras.Input((8, 12, 1))
    h = keras.layers.Conv2D(16, 3, activation="relu")(x)
    h = keras.layers.Conv2D(32, 3, activation="relu")(h)
    h = keras.layers.Dense(64, "relu")(keras.layers.Flatten()(h))
    return TwoDigits(
        x, {n: keras.layers.Dense(10, name=n)(h) for n in ("left", "right")}
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rule", choices=RULES, default="UPGrad")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    keras.utils.set_random_seed(args.seed)
    rng = np.random.default_rng(args.seed)

    digits = load_digits()
    images = (digits.images / 16).astype("float32")
    order = rng.permutation(len(images))
    held_out, training = order[:300], order[300:]
    x, y = make_pairs(images[training], digits.target[training], 6000, rng)
    test = make_pairs(images[held_out], digits.target[held_out], 1000, rng)

    model = make_model()
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(
        RULES[args.rule](keras.optimizers.Adam(1e-3)),
        loss={"left": loss, "right": loss},
        metrics={"left": ["accuracy"], "right": ["accuracy"]},
    )
    model.fit(x, y, batch_size=100, epochs=args.epochs, verbose=2)
    logs = model.evaluate(*test, verbose=0, return_dict=True)
    for task in ("left", "right"):
        print(f"{task} digit: {100 * logs[f'{task}_accuracy']:.1f} % right")


if __name__ == "__main__":
    main()
