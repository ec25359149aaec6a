"""Compact networks of two families, to compare MUIRF with.

Plain networks: what differs between weathers they have to find in the image
by themselves. Any height and width; image and result in [0, 1].
"""

import keras
import model_sizes
from keras import ops

from keras_muirf import layers
from keras_muirf.layers.restoration_block import simple_gate


def nafnet(
    widths,
    encoder_blocks,
    middle_blocks,
    decoder_blocks,
    image_shape=(None, None, 3),
):
    """NAFNet: blocks of gates and a channel attention without activation.

    Args:
        widths: tuple of ints, channels of each level; the first is at the
            image's own resolution.
        encoder_blocks: tuple of ints, blocks of each level but the last.
        middle_blocks: int, blocks of the last level.
        decoder_blocks: tuple of ints, blocks of each level but the last.
        image_shape: tuple, as of `keras.Input`.

    Returns:
        A `keras.Model`.

    Reference: [Chen et al., Simple Baselines for Image
    Restoration](https://arxiv.org/abs/2204.04676), figure 2d and section 4.
    """

    def blocks(x, count):
        for _ in range(count):
            x = naf_block(x)
        return x

    return _u_shape(
        image_shape,
        widths,
        (*encoder_blocks, middle_blocks),
        decoder_blocks,
        blocks,
        down=lambda x, width: _conv(width, 2, strides=2)(x),
        up=lambda x, width: layers.DepthToSpace()(_conv(4 * width, 1)(x)),
        merge=lambda x, skip, _: keras.layers.Add()([x, skip]),
    )


def restormer(
    widths,
    encoder_blocks,
    middle_blocks,
    decoder_blocks,
    heads,
    expansion,
    image_shape=(None, None, 3),
):
    """Restormer: attention over channels, and a gated feed-forward.

    Args:
        widths: as in `nafnet`.
        encoder_blocks: as in `nafnet`.
        middle_blocks: as in `nafnet`.
        decoder_blocks: as in `nafnet`.
        heads: tuple of ints, heads of the attention in each level.
        expansion: float, by how much the feed-forward widens.
        image_shape: as in `nafnet`.

    Returns:
        A `keras.Model`.

    Reference: [Zamir et al., Restormer](https://arxiv.org/abs/2111.09881),
    figure 2 and sections 3.1 and 3.2.
    """
    heads_of = dict(zip(widths, heads, strict=True))

    def blocks(x, count):
        width = x.shape[-1]
        for _ in range(count):
            x = transformer_block(x, heads_of[width], round(expansion * width))
        return x

    def merge(x, skip, level):
        x = keras.layers.Concatenate()([x, skip])
        # The first level goes on with twice the channels in the paper; here
        # every level is reduced, so that the budget goes into depth.
        return _conv(widths[level], 1)(x)

    return _u_shape(
        image_shape,
        widths,
        (*encoder_blocks, middle_blocks),
        decoder_blocks,
        blocks,
        # With 3x3 convolutions, as in the paper, these would take most of a
        # small budget.
        down=lambda x, width: _conv(width, 1)(layers.SpaceToDepth()(x)),
        up=lambda x, width: layers.DepthToSpace()(_conv(4 * width, 1)(x)),
        merge=merge,
    )


def _u_shape(
    image_shape, widths, down_blocks, up_blocks, blocks, down, up, merge
):
    levels = len(widths)
    image = keras.Input(image_shape, name="image")
    x = layers.ReflectToMultiple(2 ** (levels - 1))(image)
    x = _conv(widths[0], 3)(x)
    skips = []
    for level, count in enumerate(down_blocks):
        if level:
            x = down(x, widths[level])
        x = blocks(x, count)
        skips.append(x)
    for level in reversed(range(levels - 1)):
        x = merge(up(x, widths[level]), skips[level], level)
        x = blocks(x, up_blocks[level])
    x = layers.CropLike()(_conv(3, 3)(x), image)
    return keras.Model(image, keras.layers.Add()([image, x]))


def naf_block(x):
    """One block of NAFNet."""
    channels = x.shape[-1]
    y = _norm()(x)
    y = layers.FastDepthwiseConv2D(3)(_conv(2 * channels, 1)(y))
    y = SimpleGate()(y)
    pooled = keras.layers.GlobalAveragePooling2D(
        keepdims=True, data_format="channels_last"
    )(y)
    y = keras.layers.Multiply()([y, _conv(channels, 1)(pooled)])
    x = ScaledSum()([x, _conv(channels, 1)(y)])
    y = SimpleGate()(_conv(2 * channels, 1)(_norm()(x)))
    return ScaledSum()([x, _conv(channels, 1)(y)])


def transformer_block(x, heads, hidden):
    """One block of Restormer: MDTA, then GDFN."""
    channels = x.shape[-1]
    y = _conv(3 * channels, 1, bias=False)(_norm()(x))
    y = layers.FastDepthwiseConv2D(3, use_bias=False)(y)
    y = TransposedAttention(heads)(y)
    x = keras.layers.Add()([x, _conv(channels, 1, bias=False)(y)])
    y = _conv(2 * hidden, 1, bias=False)(_norm()(x))
    y = layers.FastDepthwiseConv2D(3, use_bias=False)(y)
    y = GeluGate()(y)
    return keras.layers.Add()([x, _conv(channels, 1, bias=False)(y)])


class SimpleGate(keras.layers.Layer):
    """The product of the two halves of the channels."""

    def call(self, x):
        return simple_gate(x)


class GeluGate(keras.layers.Layer):
    """One half of the channels, gated by the GELU of the other."""

    def call(self, x):
        a, b = ops.split(x, 2, axis=-1)
        return ops.gelu(a, approximate=False) * b


class ScaledSum(keras.layers.Layer):
    """A branch added with a learned size per channel, zero at first."""

    def build(self, shapes):
        self.scale = self.add_weight(
            name="scale", shape=(shapes[0][-1],), initializer="zeros"
        )

    def call(self, inputs):
        x, y = inputs
        return x + self.scale * y


class TransposedAttention(keras.layers.Layer):
    """Attention between channels instead of pixels, the middle of MDTA.

    Args:
        heads: int.

    Call arguments:
        x: float tensor `(B, H, W, 3 C)`, queries, keys and values.

    Returns:
        A tensor `(B, H, W, C)`.
    """

    def __init__(self, heads, **kwargs):
        super().__init__(**kwargs)
        self.heads = heads

    def build(self, shape):
        self.temperature = self.add_weight(
            name="temperature", shape=(self.heads, 1, 1), initializer="ones"
        )

    def call(self, x):
        shape = ops.shape(x)
        channels = x.shape[-1] // 3
        x = ops.reshape(
            x, (shape[0], -1, 3, self.heads, channels // self.heads)
        )
        # Image, head, channel, pixel.
        q, k, v = (
            ops.transpose(x[:, :, part], (0, 2, 3, 1)) for part in range(3)
        )
        q, k = (ops.normalize(y, axis=-1) for y in (q, k))
        scores = ops.matmul(q, ops.transpose(k, (0, 1, 3, 2)))
        y = ops.matmul(ops.softmax(scores * self.temperature), v)
        y = ops.transpose(y, (0, 3, 1, 2))
        return ops.reshape(y, (*shape[:3], channels))

    def compute_output_shape(self, shape):
        return (*shape[:-1], shape[-1] // 3)


def _conv(filters, size, strides=1, bias=True):
    return layers.Conv2D(
        filters, size, strides=strides, padding="same", use_bias=bias
    )


def _norm():
    return keras.layers.LayerNormalization(epsilon=1e-6)


@model_sizes.layer_multiply_adds.register
def _(layer: TransposedAttention, shape):
    _, height, width, channels = shape
    channels //= 3
    # Scores, and the values by them.
    return 2 * height * width * channels * channels // layer.heads


@model_sizes.layer_multiply_adds.register(keras.layers.LayerNormalization)
@model_sizes.layer_multiply_adds.register(ScaledSum)
def _(layer, shape):
    return 0
