"""Does the loader keep up with the training step?

    python benchmarks/data_pipeline.py

Batches of the stages of recipes/all_weather.py, for every kind of source and
every engine, against one step of MVGH(AdamW) on such a batch. Aim: a loader on
its own makes at least 3 times the images that the step consumes. A second
table tells how much longer a step of `fit` takes with the loader than with
batches that are there already: the time that it waits, and the time that the
loader's threads take from it. That is measured with the dataset itself, since
TensorFlow compiles the step anew for every engine.
"""

import functools
import importlib.util
import pathlib
import tempfile

import numpy as np
import pyvips
import timing

AIM = 3.0
# Crop size and images per weather, as in recipes/all_weather.py.
STAGES = ((64, 4), (96, 3))
DRY_STAGES = ((16, 1),)
PICTURES = 24
SIZE = (321, 481)
ENGINES = {
    "dataset": "keras",
    "as_tf_data": "tensorflow",
    "as_grain": "grain",
    "as_data_loader": "torch",
}


def measure(args):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(args.data or draw(pathlib.Path(scratch), args))
        stages = DRY_STAGES if args.dry else STAGES
        for stage in stages:
            yield from measure_stage(args, folder, stage)


def measure_stage(args, folder, stage):
    """Yields two tables for one size of batches."""
    import keras
    import networks

    from keras_muirf.losses import RestorationLoss
    from keras_muirf.optimizers import MVGH

    crop, images_per_weather = stage
    restorer = networks.new_restorer(networks.config_of(args))
    restorer.compile(
        MVGH(keras.optimizers.AdamW(1e-4)), loss=RestorationLoss(), metrics=None
    )
    batch = networks.training_batch(4 * images_per_weather, crop)
    steps = 2 if args.dry else args.steps
    streams = {
        (kind, engine): stream
        for kind, sources in source_kinds(folder).items()
        for engine, stream in engines(sources, stage, steps).items()
    }

    pulls = {key: functools.partial(pull, s) for key, s in streams.items()}
    calls = {"step": networks.training_call(restorer, batch), **pulls}
    title = (
        f"{networks.name_of(args)}, {len(batch[1])} crops of {crop}, "
        f"{keras.config.backend()}"
    )
    timed = timing.alternate(calls, args)
    yield f"Images per second, {title}", speeds(timed, len(batch[1]), steps)

    def fit(stream):
        restorer.fit(stream, steps_per_epoch=steps, shuffle=False, verbose=0)

    ready = ready_batches(batch, steps)
    fits = {
        (kind, engine): functools.partial(fit, stream)
        for (kind, engine), stream in streams.items()
        if engine == "dataset"
    }
    timed = timing.alternate({"ready": lambda: fit(ready), **fits}, args)
    yield f"Time of a step in fit, {title}", waits(timed, steps)


def source_kinds(folder):
    """The sources of all weathers, by the kind that is measured.

    The same pairs stand for every weather: what they show does not matter.
    """
    from keras_muirf import WEATHERS
    from keras_muirf import weather as layers
    from keras_muirf.datasets import CleanFolder
    from keras_muirf.datasets import PairedFolder
    from keras_muirf.datasets import Synthesized

    photographs = CleanFolder(folder / "gt")
    kinds = {"files": {}, "kept in memory": {}, "synthesized": {}}
    for weather in WEATHERS:
        for kind, cache in (("files", False), ("kept in memory", True)):
            kinds[kind][weather] = PairedFolder(folder, weather, cache=cache)
        layer = getattr(layers, weather.capitalize())((0.05, 1.0))
        kinds["synthesized"][weather] = Synthesized(photographs, layer)
    return kinds


def engines(sources, stage, steps):
    """One epoch of the same batches from every engine that is installed."""
    from keras_muirf import datasets

    crop, images_per_weather = stage
    dataset = datasets.WeatherMajorDataset(
        sources,
        images_per_weather=images_per_weather,
        crop_size=crop,
        steps_per_epoch=steps,
    )
    found = {}
    for name, package in ENGINES.items():
        if name == "dataset":
            found[name] = dataset
        elif importlib.util.find_spec(package):
            found[name] = getattr(datasets, name)(dataset, epochs=1)
    return found


def pull(stream):
    """Takes all batches of an epoch."""
    if hasattr(stream, "make_batch"):
        stream = map(stream.__getitem__, range(len(stream)))
    for _ in stream:
        pass


def ready_batches(batch, steps):
    """A dataset that always has the same batch at hand."""
    import keras

    class Ready(keras.utils.PyDataset):
        def __len__(self):
            return steps

        def __getitem__(self, index):
            return batch

    return Ready()


def speeds(timed, batch_size, steps):
    """Rows with images per second, and the ratio to what a step consumes."""
    step = np.array(timed.pop("step")["seconds"])
    rows = []
    for (kind, engine), one in timed.items():
        ratio = step / (np.array(one["seconds"]) / steps)
        low, middle, high = np.quantile(ratio, [0.25, 0.5, 0.75]).tolist()
        rows.append(
            {
                "images": kind,
                "engine": engine,
                "loader, images/s": batch_size * steps / timing.median(one),
                "step, images/s": batch_size / float(np.median(step)),
                "ratio": middle,
                "quartiles": f"{low:.2f} to {high:.2f}",
                "aim": f">= {AIM:.0f}",
                "holds": timing.yes(middle >= AIM),
                "seconds": one["seconds"],
            }
        )
    return rows


def waits(timed, steps):
    """Rows with the time of a step, and the part that the loader adds."""
    ready = np.array(timed.pop("ready")["seconds"])
    rows = []
    for (kind, engine), one in timed.items():
        added = 1 - ready / np.array(one["seconds"])
        low, middle, high = np.quantile(added, [0.25, 0.5, 0.75]).tolist()
        rows.append(
            {
                "images": kind,
                "engine": engine,
                "ready batch, ms": 1e3 * float(np.median(ready)) / steps,
                "loader, ms": 1e3 * timing.median(one) / steps,
                "added": f"{middle:.0%}",
                "quartiles": f"{low:.0%} to {high:.0%}",
                "seconds": one["seconds"],
            }
        )
    return rows


def draw(folder, args):
    """Draws pairs of a photograph's size: JPEG inputs and PNG targets."""
    rng = np.random.default_rng(0)
    size, count = ((40, 48), 3) if args.dry else (SIZE, PICTURES)
    for part in ("input", "gt"):
        (folder / part).mkdir()
    for number in range(count):
        target = textured(rng, size)
        image = np.rint(0.7 * target + 60).astype("uint8")
        save(folder / "input" / f"{number}.jpg", image, Q=90)
        save(folder / "gt" / f"{number}.png", target)
    return folder


def textured(rng, size):
    """Noise of all scales, coarse strongest, as in photographs."""
    picture = np.full((*size, 3), 128.0)
    for scale in (64, 16, 4, 1):
        shape = (-(-size[0] // scale), -(-size[1] // scale), 3)
        noise = rng.normal(0.0, 1.2 * scale**0.75, shape)
        noise = noise.repeat(scale, 0).repeat(scale, 1)
        picture += noise[: size[0], : size[1]]
    return np.rint(np.clip(picture, 0, 255)).astype("uint8")


def save(path, picture, **options):
    pyvips.Image.new_from_array(picture).write_to_file(str(path), **options)


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=7)
    parser.add_argument("--size", default="tiny")
    parser.add_argument(
        "--data", help="folder with input/ and gt/ (default: drawn pictures)"
    )
    parser.add_argument(
        "--steps", type=int, default=10, help="batches of each round"
    )
    timing.run(parser, measure)
