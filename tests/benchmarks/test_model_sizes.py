import math

import keras
import model_sizes
import networks
import numpy as np
import pytest

from keras_muirf import layers


@pytest.mark.parametrize(
    ("size", "scales"),
    [
        ("tiny", 1),
        ("tiny", 2),
        ("small", 1),
        pytest.param("base", 1, marks=pytest.mark.slow),
    ],
)
def test_sizes_use_their_limits_and_hold_them(size, scales):
    restorer = model_sizes.new_restorer(size, scales)
    active, count = model_sizes.LIMITS[size]
    # Tiny leaves room: it is for phones.
    least = 0.5 if size == "tiny" else 0.7
    assert least * active <= model_sizes.active_parameters(restorer) <= active
    assert least * count <= model_sizes.multiply_adds(restorer) <= count


def test_counts_by_hand():
    image = keras.Input((12, 10, 5))
    experts, weathers = keras.Input((3,)), keras.Input((2,))
    pointwise = layers.CPSMPointwiseConv2D(8, specific_fraction=0.5)
    x = pointwise(image, experts, weathers)
    x = keras.layers.Conv2D(4, 3, strides=2, padding="same")(x)
    x = layers.FastDepthwiseConv2D(3)(x)
    model = keras.Model([image, experts, weathers], x)
    assert model_sizes.multiply_adds(model) == (
        120 * 5 * 8  # the 1x1 convolution
        + 2 * 4 * (5 + 1)  # mixing four specific kernels and biases
        + 3 * 4  # scoring four channels
        + 30 * 9 * 8 * 4
        + 30 * 9 * 4
    )
    assert model_sizes.active_parameters(model) == (
        (5 + 1) * 8 + (3 + 1) * 4 + (9 * 8 + 1) * 4 + (9 + 1) * 4
    )


def test_a_layer_that_is_not_counted_is_an_error():
    image = keras.Input((4, 4, 3))
    model = keras.Model(image, keras.layers.Dense(2)(image))
    with pytest.raises(TypeError, match="Dense"):
        model_sizes.multiply_adds(model)


@pytest.mark.parametrize("form", [networks.dense, networks.convolution])
def test_the_plain_twin_has_the_same_convolutions(form):
    restorer = networks.new_restorer(networks.DRY, specific_fraction=0.0)
    routing = ("router", "shallow", "attention_kernel")
    expected = sum(
        math.prod(weight.shape)
        for weight in restorer.trainable_weights
        if not any(part in weight.path for part in routing)
    )
    twin = networks.plain_network(networks.DRY, form)
    assert twin.count_params() == expected
    images = np.zeros((1, 9, 7, 3), "float32")
    assert twin.predict_on_batch(images).shape == images.shape
