"""How far the backends' results are apart, restoring and training.

    python benchmarks/backend_parity.py --image photograph.jpg

One preset and one photograph on every installed backend (aims: 1e-4 before
rounding to 8 bits, 1/255 after), and ten training steps with MVGH from the
same weights on the same batch (aim: losses to 1e-4). Each backend runs in a
process of its own.
"""

import argparse
import itertools
import os
import pathlib
import tempfile

import numpy as np
import timing

STEPS = 10
PHOTOGRAPH = pathlib.Path(__file__).parents[1] / "docs/images/rainy.jpg"


def compute(args):
    """The results of the backend in use, for comparison."""
    import keras
    import networks

    import keras_muirf
    from keras_muirf.losses import RestorationLoss
    from keras_muirf.optimizers import MVGH
    from keras_muirf.restoration import read_rgb8

    restorer, name = networks.load_restorer(args)
    if "random" in name:
        networks.set_weights(restorer)
    pixels = read_rgb8(args.image)
    if args.dry:
        pixels = pixels[:32, :40]
    values = pixels / np.float32(255)
    found = {
        "float": restorer.restore(values),
        "uint8": restorer.restore(pixels),
        "probability": restorer.restore(pixels, return_routing=True)[1][
            "weather"
        ],
    }

    size = args.size or "tiny"
    restorer = networks.new_restorer(
        networks.DRY if args.dry else keras_muirf.models.SIZES[size],
        # Random numbers are not the same on every backend.
        router_config={"noise": 0.0, "posterior_rate": 0.0},
    )
    networks.set_weights(restorer)
    restorer.compile(
        MVGH(keras.optimizers.AdamW(1e-3, weight_decay=1e-4)),
        loss=RestorationLoss(),
        metrics=None,
    )
    batch = networks.training_batch(8, 16 if args.dry else 64)
    losses = []
    for _ in range(STEPS):
        restorer.reset_metrics()
        losses.append(restorer.train_on_batch(*batch, return_dict=True)["loss"])
    np.savez(args.results, losses=np.array(losses), name=name, **found)


def compare(results):
    """Tables of the largest difference between each two backends."""
    name = str(next(iter(results.values()))["name"])
    restored, trained = [], []
    for a, b in itertools.combinations(results, 2):
        one, other = results[a], results[b]
        before = float(np.abs(one["float"] - other["float"]).max())
        steps = one["uint8"].astype(int) - other["uint8"].astype(int)
        after = int(np.abs(steps).max())
        restored.append(
            {
                "backends": f"{a}, {b}",
                "before rounding": before,
                "aim 1e-4": timing.yes(before <= 1e-4),
                "after, of 255": after,
                "aim 1": timing.yes(after <= 1),
                "pixels that differ": f"{np.mean(steps != 0):.2%}",
                "weather's probability": float(
                    np.abs(one["probability"] - other["probability"]).max()
                ),
            }
        )
        absolute = np.abs(one["losses"] - other["losses"])
        relative = absolute / np.abs(other["losses"])
        trained.append(
            {
                "backends": f"{a}, {b}",
                "largest difference": float(absolute.max()),
                "relative": float(relative.max()),
                "aim 1e-4": timing.yes(
                    min(absolute.max(), relative.max()) <= 1e-4
                ),
                "in the first step": float(absolute[0]),
                "losses": one["losses"].tolist(),
                "losses of the other": other["losses"].tolist(),
            }
        )
    shape = next(iter(results.values()))["uint8"].shape
    yield f"Restoring, {name}, {shape[1]}x{shape[0]}", restored
    yield f"Losses of {STEPS} steps with MVGH", trained


def main():
    parser = timing.arguments(__doc__, rounds=1)
    parser.add_argument("--preset", help="default: the shipped tiny one")
    parser.add_argument("--size", help="random weights of this size instead")
    parser.add_argument("--image", default=str(PHOTOGRAPH))
    parser.add_argument("--results", help=argparse.SUPPRESS)
    # All of them, whichever KERAS_BACKEND names.
    parser.set_defaults(backend=timing.installed_backends())
    args = parser.parse_args()
    if args.results:
        compute(args)
        return
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for backend in args.backend:
            path = os.path.join(folder, f"{backend}.npz")
            timing.run_again(backend, ["--results", path])
            results[backend] = dict(np.load(path))
    timing.write(args, [timing.record(args.backend, compare(results))])


if __name__ == "__main__":
    main()
