"""The fast forms against Keras's own operations."""

import numpy as np
import pytest
from keras import ops

from keras_muirf.layers.convolution import convolution
from keras_muirf.layers.convolution import depthwise_convolution


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def assert_equal(a, b):
    a, b = map(ops.convert_to_numpy, (a, b))
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [1, 2, (2, 1)])
def test_convolution(strides, padding):
    x, kernel = normal(2, 9, 8, 3), normal(3, 3, 3, 5)
    how = {"strides": strides, "padding": padding}
    assert_equal(
        convolution(x, kernel, **how),
        ops.conv(x, kernel, data_format="channels_last", **how),
    )


@pytest.mark.parametrize("size", [1, 3, 5])
def test_depthwise_convolution(size):
    x, kernel = normal(2, 7, 8, 6), normal(size, size, 6)
    expected = ops.depthwise_conv(
        x, kernel[..., None], padding="same", data_format="channels_last"
    )
    assert_equal(depthwise_convolution(x, kernel), expected)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_depthwise_convolution_with_a_kernel_per_image(size):
    x, kernels = normal(3, 7, 8, 6), normal(3, size, size, 6)
    one_by_one = [
        depthwise_convolution(x[i : i + 1], kernels[i]) for i in range(3)
    ]
    together = depthwise_convolution(
        ops.convert_to_tensor(x), ops.convert_to_tensor(kernels)
    )
    assert_equal(together, ops.concatenate(one_by_one))
