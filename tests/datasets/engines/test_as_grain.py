import numpy as np
import pytest

from keras_muirf.datasets import WeatherMajorDataset
from keras_muirf.datasets import as_grain


def test_the_state_of_an_iterator_is_taken_and_given_back(make_pairs):
    pytest.importorskip("grain")
    dataset = WeatherMajorDataset(
        {"rain": make_pairs("rain")}, crop_size=8, steps_per_epoch=2
    )
    batches = iter(as_grain(dataset))
    for _ in range(3):
        next(batches)
    state = batches.get_state()
    expected = next(batches)
    other = iter(as_grain(dataset))
    next(other)
    other.set_state(state)
    got = next(other)
    assert np.array_equal(got[0]["image"], expected[0]["image"])
    assert np.array_equal(got[1], dataset.make_batch(1, 1)[1])
