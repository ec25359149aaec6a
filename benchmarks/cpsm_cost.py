"""What CPSM costs: the network against its plain twin, and layer by layer.

    python benchmarks/cpsm_cost.py

The twin has the same convolutions as ordinary Keras layers, with its 1x1
convolutions as Dense or as Conv2D, and no router; the faster form counts.
"No specific channels" keeps the router and takes the kernels per image away,
which tells the two costs apart. Aims: 1.10 at inference, 1.25 in training.
"""

import timing

AIMS = {"inference": 1.10, "training": 1.25}
CHAIN = 4


def measure(args):
    import networks

    config = networks.config_of(args)
    side, crop = (32, 32) if args.dry else (256, 96)
    one = networks.training_batch(4, side)[0]
    one = {name: value[:1] for name, value in one.items()}
    batch = networks.training_batch(args.batch, crop)
    size = networks.name_of(args)
    for mode, jit in timing.jit_modes(args).items():
        models = compiled_networks(config, jit)
        inference = {
            name: lambda m=model: m.predict_on_batch(input_of(m, one))
            for name, model in models.items()
        }
        yield (
            f"Inference, {size}, one image of {side}x{side}, {mode}",
            compared(inference, args, "inference"),
        )
        training = {
            name: networks.training_call(
                model, (input_of(model, batch[0]), batch[1])
            )
            for name, model in models.items()
        }
        yield (
            f"Training step, {size}, {args.batch} crops of {crop}, {mode}",
            compared(training, args, "training"),
        )
        del models, training, inference
        if not args.no_layers:
            yield from layer_tables(args, mode, jit)


def compiled_networks(config, jit):
    """CPSM and its twins, ready to train with the same optimizer."""
    import keras
    import networks

    from keras_muirf.losses import RestorationLoss

    models = {
        "CPSM": networks.new_restorer(config),
        "no specific channels": networks.new_restorer(
            config, specific_fraction=0.0
        ),
        "plain, Dense": networks.plain_network(config, networks.dense),
        "plain, Conv2D": networks.plain_network(config, networks.convolution),
    }
    for model in models.values():
        model.compile(
            keras.optimizers.AdamW(1e-4),
            loss=RestorationLoss(),
            metrics=None,
            jit_compile=jit,
        )
    return models


def input_of(model, x):
    return x if len(model.inputs) > 1 else x["image"]


def compared(calls, args, kind):
    timed = timing.alternate(calls, args)
    plain = [name for name in timed if name.startswith("plain")]
    baseline = min(plain, key=lambda name: timing.median(timed[name]))
    return timing.against(timed, baseline, {"CPSM": AIMS[kind]})


def layer_tables(args, mode, jit):
    """Chains of one layer, forward alone and forward with backward."""
    import numpy as np

    channels, infer, train = 64, (1, 128), (args.batch, 48)
    if args.dry:
        channels, infer, train = 8, (1, 8), (4, 8)
    rng = np.random.default_rng(0)
    for kind, forms in layer_forms(channels).items():
        models = {n: chain(form, channels, jit) for n, form in forms.items()}
        timed = {}
        for what, (count, side) in (("forward", infer), ("training", train)):
            shape = (count, side, side, channels)
            x = {
                "features": rng.normal(size=shape).astype("float32"),
                "expert_weights": np.full((count, 8), 1 / 8, "float32"),
                "weather_weights": np.eye(4, dtype="float32")[
                    np.arange(count) * 4 // count
                ],
            }
            y = np.zeros((count, channels), "float32")
            timed[what] = timing.alternate(
                {n: layer_call(m, x, y, what) for n, m in models.items()},
                args,
                warm_up=2,
            )
        yield (
            f"{kind}, one of {CHAIN} layers of {channels} channels, {mode}",
            [
                {
                    "layer": name,
                    f"forward, ms, {infer[0]}x{infer[1]}x{infer[1]}": per_layer(
                        timed["forward"][name]
                    ),
                    f"training, ms, {train[0]}x{train[1]}x{train[1]}": (
                        per_layer(timed["training"][name])
                    ),
                }
                for name in models
            ],
        )


def per_layer(timed):
    return 1e3 * timing.median(timed) / CHAIN


def layer_forms(channels):
    """The layers to compare, each made by a function."""
    import keras
    import networks

    from keras_muirf import layers
    from keras_muirf.layers.convolution import _shifted_multiply_adds

    class ShiftedDepthwise(layers.FastDepthwiseConv2D):
        def call(self, inputs):
            kernel = keras.ops.convert_to_tensor(self.kernel)
            return _shifted_multiply_adds(inputs, kernel) + self.bias

    return {
        "1x1 convolutions": {
            "CPSMPointwiseConv2D": lambda: layers.CPSMPointwiseConv2D(
                channels, specific_fraction=0.5
            ),
            "CPSMPointwiseConv2D, none specific": (
                lambda: layers.CPSMPointwiseConv2D(
                    channels, specific_fraction=0.0
                )
            ),
            "Dense": lambda: networks.dense(channels),
            "Conv2D": lambda: networks.convolution(channels),
        },
        "3x3 depthwise convolutions": {
            "FastDepthwiseConv2D": lambda: layers.FastDepthwiseConv2D(3),
            "DepthwiseConv2D": lambda: keras.layers.DepthwiseConv2D(
                3, padding="same", data_format="channels_last"
            ),
            "shifted multiply-adds": lambda: ShiftedDepthwise(3),
            "CPSMDepthwiseConv2D": lambda: layers.CPSMDepthwiseConv2D(
                3, specific_fraction=0.5
            ),
        },
    }


def chain(form, channels, jit):
    """A model of a few equal layers: all but the first pass gradients on."""
    import keras

    from keras_muirf.layers import CPSMConvolution

    inputs = {
        "features": keras.Input((None, None, channels), name="features"),
        "expert_weights": keras.Input((8,), name="expert_weights"),
        "weather_weights": keras.Input((4,), name="weather_weights"),
    }
    x, *weights = inputs.values()
    for _ in range(CHAIN):
        layer = form()
        x = layer(x, *(weights if isinstance(layer, CPSMConvolution) else ()))
    # A small output: copying it to the host costs nothing.
    x = keras.layers.GlobalAveragePooling2D(data_format="channels_last")(x)
    model = keras.Model(inputs, x)
    model.compile(keras.optimizers.SGD(1e-6), loss="mse", jit_compile=jit)
    return model


def layer_call(model, x, y, what):
    import networks

    if what == "training":
        return networks.training_call(model, (x, y))
    return lambda: model.predict_on_batch(x)


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=15)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--no-layers", action="store_true")
    timing.add_jit(parser)
    timing.run(parser, measure)
