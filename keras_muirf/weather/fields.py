"""Smooth fields and blur, as products with small constant matrices.

A matrix product is fast on every backend and needs no resizing kernel. The
matrices depend on static sizes only, so they are made once per trace.
"""

import functools

import numpy as np
from keras import ops


@functools.lru_cache(maxsize=256)
def spline_matrix(size, cells):
    """Cubic B-spline interpolation from `cells + 3` nodes to `size` pixels.

    Node `k` lies at pixel coordinate `(k - 1) * size / cells`; the rows are
    non-negative and sum to one.

    Args:
        size: int. The number of pixels.
        cells: int. The number of intervals between nodes within the pixels.

    Returns:
        float32 array `(size, cells + 3)`.
    """
    position = (np.arange(size) + 0.5) * cells / size
    first = np.minimum(np.floor(position).astype(int), cells - 1)
    t = position - first
    weights = (
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    )
    matrix = np.zeros((size, cells + 3), "float32")
    for offset, weight in enumerate(weights):
        matrix[np.arange(size), first + offset] = weight
    return matrix


@functools.lru_cache(maxsize=256)
def smoothing_matrix(size, cells):
    """Gaussian means of `size` pixels at the nodes of `spline_matrix`.

    Args:
        size: int. The number of pixels.
        cells: int. The number of intervals between nodes within the pixels.

    Returns:
        float32 array `(cells + 3, size)` with rows that sum to one.
    """
    spacing = size / cells
    centers = (np.arange(cells + 3) - 1) * spacing
    centers = np.clip(centers, 0, size)[:, None]
    distance = (np.arange(size) + 0.5 - centers) / max(0.5 * spacing, 0.35)
    weights = np.exp(-0.5 * distance**2)
    return (weights / weights.sum(1, keepdims=True)).astype("float32")


def cell_count(size, period):
    """The number of spline cells of about `period` pixels in `size` pixels."""
    return max(1, round(size / period))


def interpolate(nodes, height, width):
    """Cubic B-spline surfaces over nodes.

    Args:
        nodes: float tensor `(batch, cells_y + 3, cells_x + 3)`.
        height: int. Rows of the result.
        width: int. Columns of the result.

    Returns:
        float tensor `(batch, height, width)`.
    """
    rows = spline_matrix(height, nodes.shape[1] - 3)
    columns = spline_matrix(width, nodes.shape[2] - 3)
    return ops.matmul(rows, ops.matmul(nodes, columns.T))


def blur(images, period):
    """A blur of about `period / 2` pixels standard deviation.

    Args:
        images: float tensor `(batch, height, width, channels)`.
        period: float. Pixels between the nodes of the smooth surface.

    Returns:
        float tensor like `images`.
    """
    height, width, channels = images.shape[1:]
    rows = cell_count(height, period)
    columns = cell_count(width, period)
    down = smoothing_matrix(height, rows)
    across = smoothing_matrix(width, columns)
    x = ops.reshape(images, (-1, height, width * channels))
    x = ops.matmul(down, x)
    x = ops.reshape(x, (-1, rows + 3, width, channels))
    x = ops.transpose(x, (0, 1, 3, 2))
    x = ops.matmul(x, (spline_matrix(width, columns) @ across).T)
    x = ops.transpose(x, (0, 1, 3, 2))
    x = ops.reshape(x, (-1, rows + 3, width * channels))
    x = ops.matmul(spline_matrix(height, rows), x)
    return ops.reshape(x, (-1, height, width, channels))


def smoothstep(x):
    """The cubic `3 x^2 - 2 x^3` on [0, 1], constant outside."""
    x = ops.clip(x, 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def mix(low, high, amount):
    """Linear interpolation: `low` at amount 0, `high` at 1."""
    return low + (high - low) * amount
