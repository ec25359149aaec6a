"""How fast an accelerator trains the network, and how much of it is used.

    KERAS_BACKEND=jax python benchmarks/training_rate.py

Batches are made on the device from drawn photographs, weather included, as
`--on_device true` of the recipes does. Images per second are those of whole
epochs of `fit`. Their arithmetic, three times the multiply-adds of restoring
one (a step back costs about twice a step forward), is set against the rate of
a large matrix product that is measured in the same run. What a network of
narrow channels and depthwise convolutions spends on moving data is not in it.

The peak of memory is of all until then: larger batches come last.
"""

import functools
import pathlib
import tempfile

import data_pipeline
import timing

WEATHERS = ("Rain", "Snow", "Haze", "Raindrop")
MATRIX = 8192
PRODUCTS = 20


def measure(args):
    from keras_muirf import datasets

    matrix = 128 if args.dry else MATRIX
    rate = matrix_rate(matrix, args)
    with tempfile.TemporaryDirectory() as folder:
        data_pipeline.draw(pathlib.Path(folder), args)
        photographs = datasets.CleanFolder(pathlib.Path(folder, "gt"))
        size = "dry run" if args.dry else args.size
        title = f"Training, {size}, crops of {args.crop_size}"
        for images in args.images_per_weather:
            yield (
                title,
                [
                    row(photographs, precision, images, rate, args)
                    for precision in args.precision
                ],
            )


def row(photographs, precision, images_per_weather, rate, args):
    """Trains some epochs and counts."""
    import keras
    import networks

    import keras_muirf
    from keras_muirf import datasets
    from keras_muirf import training
    from keras_muirf.losses import RestorationLoss

    steps = 2 if args.dry else args.steps
    keras.config.set_dtype_policy(precision)
    restorer = networks.new_restorer(networks.config_of(args))
    keras.config.set_dtype_policy("float32")
    restorer.compile(
        training.find_rule(args.rule)(keras.optimizers.AdamW(1e-4)),
        loss=RestorationLoss(),
        metrics=None,
    )
    layers = keras_muirf.weather
    dataset = datasets.OnDeviceDataset(
        {
            name.lower(): datasets.Synthesized(
                photographs, getattr(layers, name)()
            )
            for name in WEATHERS
        },
        images_per_weather=images_per_weather,
        crop_size=args.crop_size,
        steps_per_epoch=steps,
    )
    fit = functools.partial(restorer.fit, dataset, shuffle=False, verbose=0)
    timed = timing.alternate({"epoch": fit}, args, warm_up=0)["epoch"]
    images = len(WEATHERS) * images_per_weather
    per_second = images * steps / timing.median(timed)
    operations = 3 * 2 * crop_multiply_adds(args) * per_second
    return {
        "precision": precision,
        "crops a step": images,
        "first epoch, s": timed["first"],
        "step, ms": 1e3 * timing.median(timed) / steps,
        "images/s": per_second,
        "TFLOP/s": operations / 1e12,
        "matrix product, TFLOP/s": rate / 1e12,
        "share": f"{operations / rate:.2%}",
        "peak memory, GB": peak_memory(),
        "seconds": timed["seconds"],
    }


def crop_multiply_adds(args):
    """Multiply-adds of restoring one crop."""
    import model_sizes
    import networks

    shape = (args.crop_size, args.crop_size, 3)
    restorer = networks.new_restorer(
        networks.config_of(args), image_shape=shape
    )
    return model_sizes.multiply_adds(restorer)


def matrix_rate(size, args):
    """Operations per second of products of bfloat16 matrices."""
    import keras
    from keras import ops

    from keras_muirf.trainers.compiled import compiled

    factor = keras.random.normal((size, size), dtype="bfloat16") / size**0.5

    def products(x):
        for _ in range(PRODUCTS):
            x = ops.matmul(x, factor)
        return ops.sum(ops.cast(x, "float32"))

    function = compiled(products)

    def call():
        return ops.convert_to_numpy(function(factor))

    timed = timing.alternate({"products": call}, args)["products"]
    return PRODUCTS * 2 * size**3 / timing.median(timed)


def peak_memory():
    """Most bytes of the accelerator in use so far, in GB, or "-"."""
    import keras

    backend = keras.config.backend()
    if backend == "jax":
        import jax

        stats = jax.local_devices()[0].memory_stats() or {}
        peak = stats.get("peak_bytes_in_use")
    elif backend == "torch":
        import torch

        there = torch.cuda.is_available()
        peak = torch.cuda.max_memory_allocated() if there else None
    else:
        import tensorflow as tf

        there = tf.config.list_physical_devices("GPU")
        info = tf.config.experimental.get_memory_info("GPU:0") if there else {}
        peak = info.get("peak")
    return "-" if peak is None else round(peak / 1e9, 2)


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=3)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--crop_size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=100, help="of an epoch")
    parser.add_argument("--rule", default="MeanGradient")
    parser.add_argument(
        "--images_per_weather", type=int, nargs="+", default=[16, 64]
    )
    parser.add_argument(
        "--precision", nargs="+", default=["float32", "mixed_bfloat16"]
    )
    timing.run(parser, measure)
