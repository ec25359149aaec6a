import keras
import numpy as np
import pytest
from keras import ops

from keras_muirf import layers


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (5, 4)])
def test_double_size_interpolates_as_keras_does(size):
    x = np.random.default_rng(0).random((2, *size, 3), "float32")
    keras_layer = keras.layers.UpSampling2D(
        2, interpolation="bilinear", data_format="channels_last"
    )
    np.testing.assert_allclose(
        ops.convert_to_numpy(layers.DoubleSize()(x)),
        ops.convert_to_numpy(keras_layer(x)),
        atol=1e-6,
    )


def test_sizes_need_not_be_known():
    image = keras.Input((None, None, 3))
    model = keras.Model(image, layers.DoubleSize()(image))
    assert model.output.shape == (None, None, None, 3)
    assert layers.DoubleSize()(keras.Input((4, 3, 3))).shape[1:] == (8, 6, 3)
    x = np.full((1, 4, 6, 3), 0.25, "float32")
    np.testing.assert_allclose(
        model.predict(x, verbose=0), np.full((1, 8, 12, 3), 0.25)
    )
