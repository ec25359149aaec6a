import numpy as np
import pytest

from keras_muirf.datasets import PairedFolder
from keras_muirf.training import drawn_data
from keras_muirf.training.held_out_batches import CROPS
from keras_muirf.training.held_out_batches import held_out_batches

pytestmark = pytest.mark.once


@pytest.fixture
def sources(tmp_path):
    pairs = drawn_data.draw(tmp_path) / "train" / "pairs"
    rain = PairedFolder(pairs / "rain100l_train" / "rain", "rain")
    haze = PairedFolder(pairs / "ohaze" / "haze", "haze")
    return {"rain": rain, "haze": haze}


def test_every_weather_with_images_has_its_crops(sources):
    batches = held_out_batches(sources, ("snow", "rain", "haze"), seed=0)
    for inputs, targets in batches:
        assert inputs["weather"].tolist() == [1] * CROPS + [2] * CROPS
        assert inputs["image"].shape == targets.shape
        # They are the sources' own: a hazy picture is not a clean one.
        assert np.abs(inputs["image"] - targets).mean() > 0.01
    again = held_out_batches(sources, ("snow", "rain", "haze"), seed=0)
    np.testing.assert_array_equal(batches[1][1], again[1][1])


def test_without_sources_there_are_no_batches():
    assert held_out_batches({}, ("rain", "haze"), seed=0) == []
