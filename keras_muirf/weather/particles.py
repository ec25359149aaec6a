"""Random particles on a rotated grid of cells, one to a cell at most.

Every particle lies wholly inside its own cell, so a pixel looks up a single
particle and nothing of size pixels x particles is ever made. Columns of cells
are shifted against one another and layers of different cell sizes overlap,
which hides the grid.
"""

import keras
from keras import ops

# A prime: cells whose hashes collide share a particle's numbers, and the
# nearest such pair lies some fifty cells apart.
TABLE_SIZE = 2039


def rotated_coordinates(images, angle):
    """Pixel coordinates across and along a direction, from the centre.

    Args:
        images: tensor `(batch, height, width, channels)`.
        angle: float tensor `(batch, 1, 1)`. Radians from the vertical.

    Returns:
        Two float tensors `(batch, height, width)`: `across`, which is x when
        the angle is 0, and `along`, which then is y (downwards).
    """
    height, width = images.shape[1:3]
    y = ops.arange(height, dtype="float32") - 0.5 * (height - 1)
    x = ops.arange(width, dtype="float32") - 0.5 * (width - 1)
    y = ops.reshape(y, (1, height, 1))
    x = ops.reshape(x, (1, 1, width))
    cos, sin = ops.cos(angle), ops.sin(angle)
    return cos * x + sin * y, cos * y - sin * x


def random_tables(images, layers, numbers, seed):
    """Uniform random numbers for the particles of every layer.

    Args:
        images: tensor with the batch on its first axis.
        layers: int. The number of tables.
        numbers: int. How many numbers a particle has.
        seed: `keras.random.SeedGenerator`.

    Returns:
        float32 tensor `(layers, batch, TABLE_SIZE, numbers)` in [0, 1).
    """
    shape = (layers, ops.shape(images)[0], TABLE_SIZE, numbers)
    return keras.random.uniform(shape, dtype="float32", seed=seed)


def look_up(table, across, along, cell_across, cell_along):
    """The particle of each pixel's cell.

    Args:
        table: float tensor `(batch, TABLE_SIZE, numbers)`; row 0 also shifts
            the grid.
        across: float tensor `(batch, height, width)`. Pixel coordinates.
        along: float tensor like `across`.
        cell_across: float or tensor `(batch, 1, 1)`. Cell size in pixels.
        cell_along: float or tensor `(batch, 1, 1)`. Cell size in pixels.

    Returns:
        A tuple: coordinates across and along inside the cell, in pixels from
        its centre, and a list of `numbers` tensors `(batch, height, width)`.
    """
    height, width = across.shape[1:3]
    numbers = table.shape[-1]
    batch = ops.shape(table)[0]
    u = across / cell_across + table[:, :1, :1]
    column = ops.floor(u)
    v = along / cell_along + 0.6180339887 * column + table[:, :1, 1:2]
    row = ops.floor(v)
    index = 307.0 * column + 71.0 * row
    index = ops.cast(
        index - TABLE_SIZE * ops.floor(index / TABLE_SIZE), "int32"
    )
    # The quotient above may round to the next integer.
    index = ops.clip(index, 0, TABLE_SIZE - 1)
    index = index + TABLE_SIZE * ops.reshape(ops.arange(batch), (-1, 1, 1))
    rows = ops.take(ops.reshape(table, (-1, numbers)), index, axis=0)
    rows = ops.reshape(rows, (-1, height, width, numbers))
    values = [rows[..., n] for n in range(numbers)]
    return (
        (u - column - 0.5) * cell_across,
        (v - row - 0.5) * cell_along,
        values,
    )
