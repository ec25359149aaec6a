"""The networks that the benchmarks measure, and their plain twin."""

import keras
import numpy as np
from keras import ops

import keras_muirf
from keras_muirf import layers
from keras_muirf.layers.restoration_block import simple_gate

PRESET = "muirf_tiny_all_weather"
# One level: what takes long in a dry run is compiling.
DRY = {
    "widths": (8,),
    "encoder_blocks": (),
    "middle_blocks": 1,
    "decoder_blocks": (),
    "stem_width": 6,
}


def config_of(args):
    """The network's size that the arguments name."""
    return DRY if args.dry else keras_muirf.models.SIZES[args.size]


def name_of(args):
    return "dry run" if args.dry else args.size


def new_restorer(config, **kwargs):
    """A restorer with random weights, for batches that are preprocessed.

    Args:
        config: dict, one of `keras_muirf.models.SIZES`.
        **kwargs: Arguments of `keras_muirf.models.MUIRFBackbone`.
    """
    return keras_muirf.models.MUIRFImageRestorer(
        keras_muirf.models.MUIRFBackbone(**{**config, **kwargs})
    )


def load_restorer(args):
    """The preset that the arguments name, and what it is.

    Without one, the shipped preset where there is one, else a network of that
    size with random weights: its times are the same.
    """
    if args.dry:
        return new_restorer(DRY), "dry run, random weights"
    if not args.size:
        try:
            preset = args.preset or PRESET
            restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(preset)
            return restorer, preset
        except (FileNotFoundError, ValueError):
            if args.preset:
                raise
    size = args.size or "tiny"
    config = keras_muirf.models.SIZES[size]
    return new_restorer(config), f"{size}, random weights"


def training_batch(batch, crop, seed=0):
    """A weather-major batch of smooth pictures with noise on them."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(size=(batch, 4, 4, 3))
    y = np.kron(coarse, np.ones((1, -(-crop // 4), -(-crop // 4), 1)))
    y = y[:, :crop, :crop].astype("float32")
    x = np.clip(y + rng.normal(0.0, 0.1, y.shape), 0, 1).astype("float32")
    weathers = len(keras_muirf.WEATHERS)
    weather = np.repeat(np.arange(weathers), batch // weathers)
    return {"image": x, "weather": weather.astype("int32")}, y


def set_weights(model, seed=0):
    """Draws weights that are the same on every backend."""
    rng = np.random.default_rng(seed)
    for weight in model.weights:
        shape = weight.shape
        if not weight.trainable or len(shape) < 2:
            continue
        stacked = weight.name == "specific_kernel"
        fan_in = np.prod(shape[int(stacked) : -1])
        scale = 0.01 if "head" in weight.path else fan_in**-0.5
        if weight.name == "expert_scores":
            scale = 1.0
        weight.assign(rng.normal(0.0, scale, shape))


def training_call(model, batch):
    """A function that trains one step and returns when it is done."""
    x, y = batch
    weight = model.trainable_variables[0]

    def call():
        model.train_on_batch(x, y)
        # The loss may be there before the weights are.
        return ops.convert_to_numpy(weight)

    return call


class PlainBlock(keras.layers.Layer):
    """`keras_muirf.layers.RestorationBlock` with ordinary convolutions.

    Without a router there is no context: the attention is a learned vector,
    which is the least that it can cost.
    """

    def __init__(self, pointwise, **kwargs):
        super().__init__(**kwargs)
        self.pointwise = pointwise

    def build(self, shape):
        channels = shape[-1]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.expand = self.pointwise(2 * channels)
        self.depthwise = layers.FastDepthwiseConv2D(3)
        self.project = self.pointwise(channels)
        self.feedforward_norm = keras.layers.LayerNormalization(epsilon=1e-6)
        self.feedforward_expand = self.pointwise(2 * channels)
        self.feedforward_project = self.pointwise(channels)
        for name in ("attention", "beta", "gamma"):
            weight = self.add_weight(
                name=name, shape=(channels,), initializer="ones"
            )
            setattr(self, name, weight)

    def call(self, x):
        y = self.depthwise(self.expand(self.norm(x)))
        y = self.project(simple_gate(y) * self.attention)
        x = x + self.beta * y
        y = self.feedforward_expand(self.feedforward_norm(x))
        return x + self.gamma * self.feedforward_project(simple_gate(y))


def dense(filters):
    return keras.layers.Dense(filters)


def convolution(filters):
    return keras.layers.Conv2D(filters, 1, data_format="channels_last")


def plain_network(config, pointwise):
    """The graph of `keras_muirf.models.MUIRFImageRestorer` without CPSM.

    The same convolutions on the same shapes, 1x1 ones as Keras has them; no
    router, no shallow stack, no masks and no kernels per image.

    Args:
        config: dict, one of `keras_muirf.models.SIZES`.
        pointwise: function from a number of filters to a 1x1 convolution:
            `dense` or `convolution`.
    """
    widths, levels = config["widths"], len(config["widths"])

    def conv3x3(filters):
        return layers.Conv2D(filters, 3, padding="same")

    def blocks(x, count):
        for _ in range(count):
            x = PlainBlock(pointwise)(x)
        return x

    image = keras.Input((None, None, 3), name="image")
    x = layers.ReflectToMultiple(2**levels)(image)
    x = conv3x3(config["stem_width"])(x)
    skips = []
    down_blocks = (*config["encoder_blocks"], config["middle_blocks"])
    for width, count in zip(widths, down_blocks, strict=True):
        skips.append(x)
        x = blocks(pointwise(width)(layers.SpaceToDepth()(x)), count)
    for i in reversed(range(levels)):
        y = pointwise(4 * skips[i].shape[-1])(x)
        x = keras.layers.Add()([layers.DepthToSpace()(y), skips[i]])
        if i > 0:
            x = blocks(x, config["decoder_blocks"][i - 1])
    x = layers.CropLike()(conv3x3(3)(x), image)
    return keras.Model(image, keras.layers.Add()([image, x]))
