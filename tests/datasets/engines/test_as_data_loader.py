import multiprocessing

import numpy as np
import pytest

from keras_muirf.datasets import WeatherMajorDataset
from keras_muirf.datasets import as_data_loader


@pytest.fixture
def dataset(make_pairs):
    pytest.importorskip("torch")
    return WeatherMajorDataset(
        {"rain": make_pairs("rain")}, crop_size=8, steps_per_epoch=3
    )


def test_lengths_are_known(dataset):
    assert len(as_data_loader(dataset, epochs=2, start=(0, 2))) == 4
    assert not hasattr(as_data_loader(dataset).dataset, "__len__")


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods(),
    reason="this system cannot fork",
)
def test_forked_workers_are_refused(dataset):
    batches = as_data_loader(
        dataset, epochs=1, num_workers=1, multiprocessing_context="fork"
    )
    with pytest.raises(RuntimeError, match="worker processes at 0"):
        next(iter(batches))


@pytest.mark.slow
def test_spawned_workers_make_the_same_batches(dataset):
    batches = as_data_loader(
        dataset, epochs=2, num_workers=2, multiprocessing_context="spawn"
    )
    for number, (inputs, y) in enumerate(batches):
        expected = dataset.make_batch(*divmod(number, 3))
        assert np.array_equal(inputs["image"], expected[0]["image"])
        assert np.array_equal(y, expected[1])
    assert number == 5
