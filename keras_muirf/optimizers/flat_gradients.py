"""The gradients of many variables as one matrix, and back.

A step should take few operations: where each is started by itself, their
number is what they cost. A reshape or cast that changes nothing is left out.
"""

import math

from keras import ops

from keras_muirf.as_dtype import as_dtype


def flatten(gradients, shapes, rows):
    """One matrix from the gradients of many variables.

    Args:
        gradients: list of tensors with `rows` times as many elements as the
            variable, or `None` for zeros.
        shapes: list of tuples, the shapes of the variables.
        rows: int.

    Returns:
        A float32 tensor `(rows, parameters)`.
    """
    matrices = []
    for gradient, shape in zip(gradients, shapes, strict=True):
        size = (rows, math.prod(shape))
        matrices.append(
            ops.zeros(size, "float32")
            if gradient is None
            else _shaped(as_dtype(gradient, "float32"), size)
        )
    return ops.concatenate(matrices, axis=1)


def unflatten(vector, shapes, dtypes):
    """The parts of a vector, with the shapes and dtypes of the gradients."""
    parts, start = [], 0
    for shape, dtype in zip(shapes, dtypes, strict=True):
        stop = start + math.prod(shape)
        parts.append(as_dtype(_shaped(vector[start:stop], shape), dtype))
        start = stop
    return parts


def _shaped(x, shape):
    if tuple(x.shape) == shape:
        return x
    # What Keras checks takes PyTorch ten times as long as the reshape.
    return x.reshape(shape) if hasattr(x, "reshape") else ops.reshape(x, shape)
