"""The gradients of many variables as one matrix, and back.

A step should take few operations: where each is started by itself, their
number is what they cost. A reshape or cast that changes nothing is left out.
"""

import math

import keras
from keras import ops


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
            else _shaped(_cast(gradient, "float32"), size)
        )
    return ops.concatenate(matrices, axis=1)


def unflatten(vector, shapes, dtypes):
    """The parts of a vector, with the shapes and dtypes of the gradients."""
    stops = []
    for shape in shapes[:-1]:
        stops.append(math.prod(shape) + (stops[-1] if stops else 0))
    parts = ops.split(vector, stops) if stops else [vector]
    return [
        _cast(_shaped(part, tuple(shape)), dtype)
        for part, shape, dtype in zip(parts, shapes, dtypes, strict=True)
    ]


def _shaped(x, shape):
    return x if tuple(x.shape) == shape else ops.reshape(x, shape)


def _cast(x, dtype):
    standardize = keras.backend.standardize_dtype
    same = standardize(x.dtype) == standardize(dtype)
    return x if same else ops.cast(x, dtype)
