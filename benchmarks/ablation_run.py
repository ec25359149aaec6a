"""One run of the ablation: trains a variant from one seed and measures it.

Started by ablation.py, in a process of its own.
"""

import json
import os
import pathlib
import sys
import time

import ablation_data
import keras
import model_sizes
import numpy as np
from ablation_variants import ALL

import keras_muirf
from keras_muirf import evaluation
from keras_muirf import optimizers
from keras_muirf.diagnostics import GradientFigures
from keras_muirf.diagnostics import Probe

# Parts of the steps.
WARM_UP = 20
POSTERIOR_RAMP = 4
LOSSES = 20
GRADIENTS = 100
TILE = 256


def new_restorer(variant, network, steps, learning_rate):
    """The compiled network of a variant.

    Args:
        variant: string, of `ablation_variants.ALL`.
        network: dict, arguments of the backbone that all variants share.
        steps: int, of the whole training, for its schedules.
        learning_rate: float, the highest.
    """
    config, rule, options = ALL[variant]
    ramp = {"posterior_ramp": max(steps // POSTERIOR_RAMP, 1)}
    restorer = keras_muirf.models.MUIRFImageRestorer(
        keras_muirf.models.MUIRFBackbone(
            **network, **config, router_config=ramp
        ),
        keras_muirf.models.MUIRFImageRestorerPreprocessor(
            keras_muirf.layers.MUIRFImageConverter()
        ),
    )
    restorer.compile(
        getattr(optimizers, rule)(
            new_optimizer(steps, learning_rate), **options
        ),
        loss=keras_muirf.losses.RestorationLoss(grid_weight=0.0),
        metrics=None,
    )
    return restorer


def new_optimizer(steps, learning_rate):
    """AdamW with a warm-up and a cosine over all steps."""
    warm_up = max(steps // WARM_UP, 1)
    schedule = keras.optimizers.schedules.CosineDecay(
        learning_rate / warm_up,
        steps - warm_up,
        warmup_target=learning_rate,
        warmup_steps=warm_up,
    )
    return keras.optimizers.AdamW(schedule, weight_decay=1e-4)


def train(restorer, images, seed, steps):
    """Trains on the pool's batches, in the order of the seed.

    Returns:
        The losses of twenty steps, and the gradients' figures, means over a
        hundred steps; both spread over the whole training. The figures of an
        optimizer without gradients by weather are none.
    """
    per_weather = images["x"].shape[1] // restorer.num_tasks
    weather = np.repeat(np.arange(restorer.num_tasks), per_weather)
    losses, gradients = [], GradientFigures()
    rule = getattr(restorer, "optimizer", None)
    for step, index in enumerate(order_of(len(images["x"]), steps, seed)):
        x, y = (images[n][index] / np.float32(255) for n in "xy")
        loss = restorer.train_on_batch(
            {"image": x, "weather": weather.astype("int32")}, y
        )
        if is_due(step, steps, LOSSES):
            losses.append(round(float(np.ravel(loss)[0]), 5))
        if rule is not None and is_due(step, steps, GRADIENTS):
            gradients.add(rule.last_gramian.numpy(), rule.last_weights.numpy())
    if rule is None:
        return losses, []
    return losses, gradients.collect(restorer.weathers)


def order_of(batches, steps, seed):
    """Which batch is trained on in each step: all once, then all again."""
    rng = np.random.default_rng(seed)
    passes = [rng.permutation(batches) for _ in range(-(-steps // batches))]
    return np.concatenate(passes)[:steps]


def is_due(step, steps, count):
    """Whether a step is one of `count` that are spread over all."""
    return (step + 1) % max(steps // count, 1) == 0


def validate(restorer, images, weather="auto"):
    """PSNR (RGB) of each crop that was held out, by weather.

    Args:
        restorer: the restorer.
        images: from `ablation_data.pool`.
        weather: string, what the restorer is told: `"auto"` (nothing),
            `"mixed"`, or `"given"` for the weather itself.

    Returns:
        A dict from the weathers to lists of as many floats as crops.
    """
    figures = {name: [] for name in restorer.weathers}
    for x, y in zip(
        images["validation_x"], images["validation_y"], strict=True
    ):
        told = weather
        if weather == "given":
            told = np.repeat(restorer.weathers, len(x) // len(figures)).tolist()
        error = restorer.restore(x, told).astype("float32") - y
        mse = np.mean(np.square(error), axis=(1, 2, 3))
        parts = np.split(10 * np.log10(255**2 / mse), len(figures))
        for name, part in zip(figures, parts, strict=True):
            figures[name] += [round(float(value), 3) for value in part]
    return figures


def test(restorer, data, limit, weather="auto"):
    """Figures on the test sets, by set; `weather` as in `validate`."""
    sets = [
        some
        for some in evaluation.find_sets(
            pathlib.Path(data) / "test", True, limit
        )
        # Snow alone has no pairs.
        if "(" not in some.name or "snow" in some.name
    ]
    network = evaluation.Network(restorer, "network", weather, TILE)
    rows = evaluation.evaluate(sets, network, baselines=False)
    wanted = ("set", "weather", "images", "psnr_y", "ssim_y")
    return [
        {k: one[k] for k in (*wanted, "weather_accuracy")}
        for one in evaluation.summarize(rows)
    ]


def main():
    settings = json.loads(sys.argv[1])
    started = time.time()
    keras.utils.set_random_seed(settings["seed"])
    images = ablation_data.pool(*settings["pool"])
    steps = settings["steps"]
    restorer = new_restorer(
        settings["variant"],
        settings["network"],
        steps,
        settings["learning_rate"],
    )
    losses, gradients = train(restorer, images, settings["seed"], steps)
    trained = time.time()
    labels = np.repeat(np.arange(4), images["validation_x"].shape[1] // 4)
    probe = Probe(
        [
            {"image": x / np.float32(255), "weather": labels}
            for x in images["validation_x"]
        ],
        batches=len(images["validation_x"]),
    )
    result = {
        "backend": keras.config.backend(),
        "definition": ALL[settings["variant"]],
        "parameters": restorer.count_params(),
        "active_parameters": model_sizes.active_parameters(restorer),
        "losses": losses,
        "validation": {
            told: validate(restorer, images, told)
            for told in ("auto", "mixed", "given")
        },
        "test": {
            told: test(restorer, settings["data"], settings["limit"], told)
            for told in ("auto", "given")
        },
        "figures": [
            [f.name, f.layer, f.task, f.other, round(float(f.value), 5)]
            for f in [*gradients, *probe.figures(restorer)]
        ],
        "seconds": [round(trained - started), round(time.time() - trained)],
        "cpu_seconds": round(time.process_time()),
    }
    part = settings["result"] + ".part"
    with open(part, "w", encoding="utf-8") as file:
        json.dump(result, file)
    os.replace(part, settings["result"])


if __name__ == "__main__":
    main()
