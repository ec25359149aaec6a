"""The fast forms against the sums that they stand for."""

import numpy as np
import pytest
from keras import ops

from keras_muirf import layers
from keras_muirf.layers.convolution import convolution
from keras_muirf.layers.convolution import depthwise_convolution


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def assert_equal(a, b):
    a, b = map(ops.convert_to_numpy, (a, b))
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


def convolved(x, kernel, strides=(1, 1), padding="same"):
    """By the definition: a sum over the window of each output pixel."""
    size = kernel.shape[0]
    if padding == "same":
        margins = [
            max((-(-n // s) - 1) * s + size - n, 0)
            for n, s in zip(x.shape[1:3], strides, strict=True)
        ]
        around = [(m // 2, m - m // 2) for m in margins]
        x = np.pad(x, [(0, 0), *around, (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, (size, size), (1, 2))
    windows = windows[:, :: strides[0], :: strides[1]]
    return np.einsum("bhwcij,ijcf->bhwf", windows, kernel)


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("strides", [(1, 1), (2, 2), (2, 1)])
def test_convolution(strides, padding):
    x, kernel = normal(2, 9, 8, 3), normal(3, 3, 3, 5)
    expected = convolved(x, kernel, strides, padding)
    how = {"strides": strides, "padding": padding}
    assert_equal(convolution(x, kernel, **how), expected)
    layer = layers.Conv2D(5, 3, use_bias=False, **how)
    layer.build(x.shape)
    layer.kernel.assign(kernel)
    assert_equal(layer(x), expected)


def test_a_convolution_has_its_channels_last():
    with pytest.raises(ValueError, match="data_format=channels_first"):
        layers.Conv2D(5, 3, data_format="channels_first")


@pytest.mark.parametrize("size", [1, 3, 5])
def test_depthwise_convolution(size):
    x, kernel = normal(2, 7, 8, 6), normal(size, size, 6)
    expected = convolved(x, kernel[..., None] * np.eye(6, dtype="float32"))
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
