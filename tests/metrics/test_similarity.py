import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from skimage.metrics import structural_similarity

from keras_muirf.metrics.similarity import box_window
from keras_muirf.metrics.similarity import gaussian_window
from keras_muirf.metrics.similarity import similarity

WINDOWS = [gaussian_window(), box_window(7), box_window(11)]


@st.composite
def pairs(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    size = draw(st.tuples(st.integers(11, 24), st.integers(11, 24)))
    first = rng.uniform(size=(*size, draw(st.sampled_from([1, 3]))))
    noise = rng.normal(0, draw(st.floats(0, 1)), first.shape)
    return first, np.clip(first + noise, 0, 1)


@settings(deadline=None)
@given(pairs(), st.sampled_from(range(3)), st.booleans())
def test_what_holds_for_every_window(pair, number, sample_covariance):
    def measure(first, second):
        window = WINDOWS[number]
        return similarity(first, second, window, 1.0, sample_covariance)

    a, b = pair
    value = measure(a, b)
    assert -1 <= value <= 1 + 1e-12
    assert measure(a, a) == pytest.approx(1)
    assert measure(b, a) == pytest.approx(value)
    for turned in (
        (a[::-1], b[::-1]),
        (a[:, ::-1], b[:, ::-1]),
        (a.transpose(1, 0, 2), b.transpose(1, 0, 2)),
        (a[..., ::-1], b[..., ::-1]),
    ):
        assert measure(*turned) == pytest.approx(value)


@settings(deadline=None)
@given(pairs(), st.sampled_from([7, 11]), st.sampled_from([1.0, 2.0]))
def test_box_windows_are_those_of_scikit_image(pair, size, data_range):
    for sample_covariance in (True, False):
        wanted = structural_similarity(
            *pair,
            win_size=size,
            channel_axis=-1,
            data_range=data_range,
            use_sample_covariance=sample_covariance,
        )
        value = similarity(
            *pair, box_window(size), data_range, sample_covariance
        )
        assert value == pytest.approx(wanted, abs=1e-9)
