import numpy as np
import pytest
from keras import ops

from keras_muirf.weather import fields


@pytest.mark.parametrize("size, cells", [(1, 1), (7, 2), (64, 4), (64, 32)])
def test_interpolation_keeps_lines_straight(size, cells):
    matrix = fields.spline_matrix(size, cells)
    assert matrix.shape == (size, cells + 3)
    np.testing.assert_allclose(matrix.sum(1), 1, atol=1e-6)
    nodes = (np.arange(cells + 3) - 1) * size / cells
    np.testing.assert_allclose(
        matrix @ nodes, np.arange(size) + 0.5, atol=1e-3 * size
    )


def test_blur_keeps_constants_and_lowers_variance():
    constant = np.full((2, 9, 13, 3), 0.3, "float32")
    blurred = ops.convert_to_numpy(fields.blur(constant, 4.0))
    np.testing.assert_allclose(blurred, constant, atol=1e-5)
    noise = np.random.default_rng(0).random((2, 64, 48, 3), "float32")
    blurred = ops.convert_to_numpy(fields.blur(noise, 8.0))
    assert blurred.std() < 0.3 * noise.std()
    np.testing.assert_allclose(blurred.mean(), noise.mean(), atol=0.02)


def test_blur_moves_nothing():
    ramp = np.broadcast_to(
        np.arange(48, dtype="float32")[:, None, None], (1, 48, 32, 3)
    )
    blurred = ops.convert_to_numpy(fields.blur(ramp, 4.0))
    np.testing.assert_allclose(blurred[:, 8:-8], ramp[:, 8:-8], atol=0.1)


def test_smoothstep():
    x = np.array([-1.0, 0.0, 0.5, 1.0, 2.0], "float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(fields.smoothstep(x)), [0, 0, 0.5, 1, 1]
    )
