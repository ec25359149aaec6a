import keras
import numpy as np
import pytest
from keras import ops

from keras_muirf.weather import Haze
from keras_muirf.weather import Mixed
from keras_muirf.weather import Rain
from keras_muirf.weather import Snow


def scene():
    return np.random.default_rng(0).random((2, 32, 32, 3), "float32")


def run(layer, images):
    return ops.convert_to_numpy(layer(images))


def test_layers_act_one_after_the_other_on_one_generator():
    mixed = Mixed([Rain("heavy"), Haze("medium")], seed=4)
    alone = Rain("heavy", seed=4)
    rainy = alone(scene())
    haze = Haze("medium")
    haze.seed_generator = alone.seed_generator
    np.testing.assert_array_equal(run(mixed, scene()), run(haze, rainy))


def test_haze_veils_the_streaks():
    # On black, what is bright is rain: the haze dims the very same streaks by
    # its transmission, one number per image without relief and patchiness.
    black = np.zeros((4, 48, 48, 3), "float32")
    thick = Haze(1.0, relief=0.0, patchiness=0.0)
    rain = run(Rain("heavy", veil=0.0, seed=1), black)
    both = run(Mixed([Rain("heavy", veil=0.0), thick], seed=1), black)
    share = both.std(axis=(1, 2)) / rain.std(axis=(1, 2))
    assert (share > np.exp(-1.2 * 1.2) - 1e-3).all()
    assert (share < np.exp(-1.2 * 0.8) + 1e-3).all()
    np.testing.assert_allclose(share.std(axis=-1), 0.0, atol=1e-3)


def test_seed_and_serialization():
    layer = Mixed([Snow("medium"), Haze(0.3)], seed=7)
    copy = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(layer)
    )
    first = run(layer, scene())
    np.testing.assert_array_equal(run(copy, scene()), first)
    assert np.abs(run(layer, scene()) - first).max() > 0.01


@pytest.mark.parametrize("layers", [[], [keras.layers.Rescaling(2.0)]])
def test_other_layers_are_refused(layers):
    with pytest.raises(ValueError, match="layers of `keras_muirf.weather`"):
        Mixed(layers)
