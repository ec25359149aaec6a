import numpy as np
import pytest
from keras import ops

from keras_muirf.weather import Snow


def flakes(severity=0.7, **kwargs):
    """Snow without veil on black."""
    images = np.zeros((8, 96, 96, 3), "float32")
    layer = Snow(severity=severity, veil=0.0, seed=4, **kwargs)
    return ops.convert_to_numpy(layer(images)).mean(-1)


def variation(snow, axis):
    return np.mean(np.abs(np.diff(snow, axis=axis)))


def test_flakes_are_bright_on_black_and_vanish_on_white():
    assert flakes().max() > 0.6
    images = np.ones((4, 64, 64, 3), "float32")
    out = ops.convert_to_numpy(Snow(0.7, veil=0.0, seed=4)(images))
    assert out.min() > 0.7


def test_cover_grows_with_severity():
    light, heavy = flakes(0.25) > 0.05, flakes(0.9) > 0.05
    assert 0.005 < light.mean() < 0.5 * heavy.mean()
    # Heavier snow adds flakes to the ones that were there.
    assert np.mean(heavy[light]) > 0.99


def test_motion_draws_flakes_out_along_the_fall():
    still, falling = flakes(motion=0.0), flakes(motion=1.0, angle=0.0)
    assert 0.8 < variation(still, 1) / variation(still, 2) < 1.25
    assert variation(falling, 1) < 0.7 * variation(falling, 2)


def test_scale_sets_the_size():
    fine, coarse = flakes(scale=0.5), flakes(scale=2.0)
    relative = [variation(x, 2) / x.mean() for x in (fine, coarse)]
    assert relative[0] > 1.7 * relative[1]


@pytest.mark.parametrize(
    "argument", [{"angle": "down"}, {"scale": 9}, {"motion": 2}, {"veil": -1}]
)
def test_bad_arguments(argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        Snow(**argument)
