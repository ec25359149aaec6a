import numpy as np
import pytest

import keras_muirf
from keras_muirf.datasets import Exposed
from keras_muirf.datasets import Synthesized
from keras_muirf.datasets import WeatherMajorDataset


def test_a_stop_is_half_the_light(make_clean, save_image):
    photographs = make_clean()
    grey = np.full((8, 8, 3), 188, "uint8")
    save_image(photographs.directory / f"{photographs.names[0]}.png", grey)
    # The 188 of sRGB is half of the light of 255, 137 a quarter.
    assert np.all(Exposed(photographs, (0, 0))[0] == 188)
    assert np.all(Exposed(photographs, (-1, -1))[0] == 137)
    assert np.all(Exposed(photographs, (1, 1))[0] == 255)


def test_each_has_its_own_exposure_whatever_stands_beside_it(make_clean):
    photographs = make_clean()
    exposed = Exposed(photographs, seed=1)
    means = [image.mean() for image in exposed]
    assert len({round(mean, 3) for mean in means}) == len(photographs)
    assert all(
        mean <= photograph.mean()
        for mean, photograph in zip(means, photographs, strict=True)
    )
    alone = Exposed(photographs.subset([2]), seed=1)
    np.testing.assert_array_equal(alone[0], exposed[2])
    rest, split_off = exposed.split(0.3)
    assert set(rest.names) | set(split_off.names) == set(photographs.names)


def test_weather_is_put_on_it(make_clean):
    snow = keras_muirf.weather.Snow()
    dark = Exposed(make_clean(), (-6, -4))
    dataset = WeatherMajorDataset(
        {"snow": Synthesized(dark, snow)}, 2, crop_size=16, steps_per_epoch=1
    )
    inputs, targets = dataset[0]
    assert targets.max() < 0.4
    assert inputs["image"].mean() > targets.mean()


@pytest.mark.parametrize("stops", [(1, 0), 2, (0, 1, 2)])
def test_stops_are_a_range(make_clean, stops):
    with pytest.raises(ValueError, match="`stops` has to be a range"):
        Exposed(make_clean(), stops)


def test_another_source_is_refused():
    with pytest.raises(ValueError, match="`source` has to be a"):
        Exposed([np.zeros((8, 8, 3), "uint8")])
