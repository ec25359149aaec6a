import numpy as np
import pytest
from skimage import filters
from skimage import morphology

from keras_muirf.evaluation import DarkChannelPrior
from keras_muirf.evaluation import Identity
from keras_muirf.evaluation import MedianFilter
from keras_muirf.evaluation.classical import classical_method
from keras_muirf.evaluation.classical import guided_filter
from keras_muirf.weathers import WEATHERS


@pytest.fixture
def image(rng):
    return rng.uniform(size=(40, 50, 3)).astype("float32")


def test_identity(image):
    np.testing.assert_array_equal(Identity()(image), image)


@pytest.mark.parametrize("size", [3, 5])
def test_the_median_is_scikit_images(image, size):
    square = morphology.footprint_rectangle((size, size))
    wanted = np.stack(
        [filters.median(image[..., c], square) for c in range(3)], axis=-1
    )
    # The two continue images beyond their borders differently.
    inner = slice(size, -size)
    np.testing.assert_allclose(
        MedianFilter(size)(image)[inner, inner], wanted[inner, inner]
    )


def test_a_streak_is_gone():
    image = np.full((30, 30, 3), 0.4, "float32")
    image[:, 12] = 1.0
    np.testing.assert_allclose(MedianFilter()(image), 0.4)


def test_the_guided_filter_keeps_edges_and_smooths_the_rest(rng):
    step = np.zeros((40, 40))
    step[:, 20:] = 1.0
    noisy = step + rng.normal(0, 0.05, step.shape)
    smooth = guided_filter(noisy, noisy, radius=4, epsilon=0.02)
    # A mean over 9 columns would be off by 0.4 there.
    assert np.abs(smooth - step)[:, 19:21].max() < 0.25
    assert smooth[:, :15].std() < 0.5 * noisy[:, :15].std()
    # Without edges to keep it is the mean of means.
    flat = guided_filter(np.zeros((9, 9)), noisy[:9, :9], 20, 0.1)
    np.testing.assert_allclose(flat, noisy[:9, :9].mean())


def test_haze_of_a_known_amount_is_taken_off(rng):
    clear = rng.uniform(size=(120, 160, 3)) * [0.2, 0.6, 0.7]
    clear[:20] = 0.85
    hazy = 0.45 * clear + 0.55 * 0.85
    restored = DarkChannelPrior()(hazy.astype("float32"))
    before = np.mean((hazy - clear)[40:] ** 2)
    assert np.mean((restored - clear)[40:] ** 2) < 0.15 * before


def test_a_black_image_stays_finite():
    black = np.zeros((20, 20, 3), "float32")
    assert np.isfinite(DarkChannelPrior()(black)).all()


def test_every_weather_has_a_method():
    names = [classical_method(weather).name for weather in (*WEATHERS, None)]
    assert names.count("dark channel prior") == 1
    assert names[WEATHERS.index("haze")] == "dark channel prior"
