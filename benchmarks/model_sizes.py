"""Parameters and multiply-adds of the network's sizes.

    python benchmarks/model_sizes.py

Multiply-adds are those of convolutions and matrix products, the mixing of
kernels and the routing included, for one image of 256x256; norms, gates,
sums and scales are left out. Active parameters are those that one image
uses: of each channel that may be specific, one of its kernels.
"""

import argparse
import functools
import math

import keras
import timing

import keras_muirf
from keras_muirf import layers

SIDE = 256
# Active parameters and multiply-adds that these sizes may not exceed.
LIMITS = {
    "tiny": (1.0e6, 2.0e9),
    "small": (6.0e6, 8.0e9),
    "base": (20.0e6, 32.0e9),
}


def new_restorer(size, scales=1):
    backbone = keras_muirf.models.MUIRFBackbone(
        **keras_muirf.models.SIZES[size], image_shape=(SIDE, SIDE, 3)
    )
    return keras_muirf.models.MUIRFImageRestorer(
        backbone, scales=scales, compile=False
    )


def active_parameters(model):
    """Parameters that take part in restoring one image.

    Every output channel uses its shared kernel or one specific kernel, which
    is as large: the specific ones come to nothing on top.
    """
    return sum(
        math.prod(weight.shape)
        for weight in model.trainable_weights
        if weight.name not in ("specific_kernel", "specific_bias")
    )


def multiply_adds(model):
    """Multiply-adds of a functional model on one input of its own shape."""
    # Keras' own description of the graph has every call's input shape.
    graph = keras.Model(model.inputs, model.outputs).get_config()
    operations = {operation.name: operation for operation in model.operations}
    total = 0
    for entry in graph["layers"]:
        operation = operations[entry["name"]]
        for node in entry["inbound_nodes"]:
            if isinstance(operation, keras.Model):
                total += multiply_adds(operation)
                continue
            arguments = keras.saving.deserialize_keras_object(node["args"])
            first = keras.tree.flatten(arguments)[0]
            total += layer_multiply_adds(operation, first.shape)
    return total


@functools.singledispatch
def layer_multiply_adds(layer, shape):
    """Multiply-adds of one layer on an input of a shape."""
    if getattr(layer, "weights", None):
        raise TypeError(f"{type(layer).__name__} is not counted yet.")
    return 0


@layer_multiply_adds.register
def _(layer: keras.layers.Conv2D, shape):
    _, height, width, channels = layer.compute_output_shape(shape)
    kernel = math.prod(layer.kernel_size) * shape[-1]
    return height * width * channels * kernel


@layer_multiply_adds.register
def _(layer: layers.CPSMConvolution, shape):
    _, height, width, _ = shape
    count = height * width * math.prod(layer.kernel.shape)
    if layer.num_eligible:
        # sum_k alpha_k V_k, and the scores.
        count += math.prod(layer.specific_kernel.shape)
        count += math.prod(layer.expert_scores.shape)
        if layer.use_bias:
            count += math.prod(layer.specific_bias.shape)
    return count


@layer_multiply_adds.register
def _(layer: layers.FastDepthwiseConv2D, shape):
    return shape[1] * shape[2] * math.prod(layer.kernel.shape)


@layer_multiply_adds.register
def _(layer: layers.RestorationBlock, shape):
    # Every convolution of a block is at the block's own resolution.
    parts = {id(p): p for p in (*layer.cpsm_layers, layer.depthwise)}
    count = sum(layer_multiply_adds(part, shape) for part in parts.values())
    return count + math.prod(layer.attention_kernel.shape)


@layer_multiply_adds.register
def _(layer: layers.ScaleRouting, shape):
    return sum(math.prod(weight.shape) for weight in layer.weights)


@layer_multiply_adds.register
def _(layer: layers.CPSMRouter, shape):
    kernels = (layer.expert_kernel, layer.context_kernel, layer.weather_kernel)
    return sum(math.prod(kernel.shape) for kernel in kernels)


def row(size, scales=1):
    """One line of the table."""
    restorer = new_restorer(size, scales)
    active, count = active_parameters(restorer), multiply_adds(restorer)
    most_active, most_count = LIMITS.get(size, (math.inf, math.inf))
    return {
        "size": size,
        "stored parameters": restorer.count_params(),
        "active parameters": active,
        "of its limit": f"{active / most_active:.0%}",
        "multiply-adds, G": count / 1e9,
        "of its limit ": f"{count / most_count:.0%}",
        "holds": timing.yes(active <= most_active and count <= most_count),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--size", nargs="+", default=list(keras_muirf.models.SIZES)
    )
    parser.add_argument(
        "--scales", type=int, default=1, help="at which images are restored"
    )
    parser.add_argument("--json", help="file for all the numbers")
    parser.add_argument("--markdown", help="file for the table")
    args = parser.parse_args()
    rows = [row(size, args.scales) for size in args.size]
    tables = [(f"Sizes, one image of {SIDE}x{SIDE}", rows)]
    timing.write(args, [timing.record([keras.config.backend()], tables)])


if __name__ == "__main__":
    main()
