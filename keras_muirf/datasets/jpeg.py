"""What JPEG leaves of images."""

import math

import numpy as np
from keras import ops

# Annex K of the standard: the steps in which coefficients are kept.
_LUMA = """
16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56
14 17 22 29 51 87 80 62 18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92
49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99
"""
_CHROMA = """
17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99
47 66 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99
99 99 99 99 99 99 99 99 99 99 99 99 99 99 99 99
"""
_TO_YCC = np.array(
    [
        [0.299, 0.587, 0.114],
        [-0.168736, -0.331264, 0.5],
        [0.5, -0.418688, -0.081312],
    ]
)


def jpeg(images, quality):
    """Images as they come back from JPEG files.

    Color is kept at half the size (4:2:0), as is the habit of encoders, and
    the coefficients of blocks of 8 x 8 pixels in the steps of the standard's
    own tables, scaled with the quality as libjpeg does. No file is made, so
    that it runs where the images are, many at once.

    Args:
        images: float32 tensor `(batch, height, width, 3)` in [0, 1].
        quality: float tensor `(batch,)`, 1 to 100. An image with 0 comes back
            as it is.

    Returns:
        float32 tensor `(batch, height, width, 3)` in [0, 1], values of 255
        but for images with quality 0.

    Source: ITU-T T.81, annexes A and K; JFIF 1.02.
    """
    height, width = images.shape[1:3]
    blocks = _continued(_continued(255.0 * images, 1), 2)
    luma, *chroma = ops.unstack(_times(blocks, _TO_YCC), axis=-1)
    scale = ops.maximum(quality, 1.0)
    scale = ops.where(scale < 50, 5000.0 / scale, 200.0 - 2.0 * scale)
    luma = _coarse(luma - 128.0, _steps(_LUMA, scale)) + 128.0
    steps = _steps(_CHROMA, scale)
    chroma = [_doubled(_coarse(_halved(c), steps)) for c in chroma]
    kept = _times(ops.stack([luma, *chroma], axis=-1), np.linalg.inv(_TO_YCC))
    kept = ops.round(ops.clip(kept, 0.0, 255.0)) / 255.0
    unchanged = ops.reshape(quality, (-1, 1, 1, 1)) < 1
    return ops.where(unchanged, images, kept[:, :height, :width])


def _continued(images, axis):
    """The last row or column is repeated until blocks are whole."""
    size = images.shape[axis]
    if size % 16 == 0:
        return images
    places = np.minimum(np.arange(size + -size % 16), size - 1)
    return ops.take(images, places, axis=axis)


def _times(images, matrix):
    return ops.matmul(images, ops.array(matrix.T, "float32"))


def _steps(table, scale):
    table = ops.array(np.array(table.split(), "float32").reshape(1, 8, 8))
    steps = ops.floor((table * ops.reshape(scale, (-1, 1, 1)) + 50.0) / 100.0)
    return ops.clip(steps, 1.0, 255.0)


def _coarse(plane, steps):
    """A plane whose blocks' cosine coefficients are kept in steps."""
    rows, columns = (size // 8 for size in plane.shape[1:])
    blocks = ops.reshape(plane, (-1, rows, 8, columns, 8))
    blocks = ops.transpose(blocks, (0, 1, 3, 2, 4))
    cosines = ops.array(_cosines(), "float32")
    values = ops.transpose(cosines)
    steps = steps[:, None, None]
    coefficients = ops.matmul(ops.matmul(cosines, blocks), values)
    coefficients = steps * ops.round(coefficients / steps)
    blocks = ops.matmul(ops.matmul(values, coefficients), cosines)
    blocks = ops.transpose(blocks, (0, 1, 3, 2, 4))
    return ops.reshape(blocks, (-1, 8 * rows, 8 * columns))


def _cosines():
    """The orthonormal discrete cosine transform of 8 values."""
    k, n = np.mgrid[:8, :8]
    matrix = 0.5 * np.cos(math.pi * (2 * n + 1) * k / 16)
    matrix[0] /= math.sqrt(2)
    return matrix


def _halved(plane):
    rows, columns = (size // 2 for size in plane.shape[1:])
    return ops.mean(ops.reshape(plane, (-1, rows, 2, columns, 2)), axis=(2, 4))


def _doubled(plane):
    return ops.repeat(ops.repeat(plane, 2, axis=1), 2, axis=2)
