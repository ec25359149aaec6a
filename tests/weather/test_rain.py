import numpy as np
import pytest
from keras import ops

from keras_muirf.weather import Rain


def streaks(angle, size=96):
    """Rain without veil on black: the light of the streaks alone."""
    images = np.zeros((4, size, size, 3), "float32")
    layer = Rain(severity=0.9, angle=angle, veil=0.0, seed=2)
    return ops.convert_to_numpy(layer(images)).mean(-1)


def variation(rain, axis):
    return np.mean(np.abs(np.diff(rain, axis=axis)))


def test_upright_streaks_vary_across_not_along():
    rain = streaks(0.0)
    assert variation(rain, 2) > 3 * variation(rain, 1)


def test_angle_turns_the_streaks():
    rain = streaks(90.0)
    assert variation(rain, 1) > 3 * variation(rain, 2)


def test_angle_has_a_sign():
    # Falling to the lower left, a streak's next row is shifted to the left.
    right, left = streaks(-30.0), streaks(30.0)

    def shifted(rain, dx):
        a, b = rain[:, :-4, 4:-4], np.roll(rain, -dx, axis=2)[:, 4:, 4:-4]
        return np.mean(a * b)

    assert shifted(left, -2) > 1.2 * shifted(left, 2)
    assert shifted(right, 2) > 1.2 * shifted(right, -2)


def test_rain_without_veil_leaves_most_of_a_light_image_alone():
    images = np.full((8, 96, 96, 3), 0.3, "float32")
    out = ops.convert_to_numpy(Rain("light", veil=0.0, seed=0)(images))
    assert np.mean(np.abs(out - images) < 0.01) > 0.6
    assert np.max(out) > 0.45


def test_veil_lowers_contrast():
    images = np.zeros((8, 32, 32, 3), "float32")
    images[:, :, 16:] = 1.0
    clear = ops.convert_to_numpy(Rain(1.0, veil=0.0, seed=1)(images))
    veiled = ops.convert_to_numpy(Rain(1.0, veil=1.0, seed=1)(images))

    def contrast(x):
        return np.mean(x[:, :, 16:]) - np.mean(x[:, :, :16])

    assert contrast(veiled) < 0.7 * contrast(clear)


@pytest.mark.parametrize(
    "argument", [{"angle": 100}, {"scale": 0}, {"veil": (0.5, 0.1)}]
)
def test_bad_arguments(argument):
    with pytest.raises(ValueError, match=next(iter(argument))):
        Rain(**argument)
