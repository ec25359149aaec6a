import numpy as np
import pytest

from keras_muirf.datasets import evaluate_pairs
from keras_muirf.metrics import image_quality


class Darken:
    """A restorer that takes off what `make_pairs` puts on, but for a bit."""

    weathers = ("rain", "haze")

    def __init__(self):
        self.told = []

    def restore(self, image, weather=None, return_routing=False):
        assert image.dtype == np.uint8 and image.ndim == 3 and return_routing
        self.told.append(weather)
        return image - np.uint8(54), {"weather": np.array([0.25, 0.75])}


def test_measures_every_image_at_its_size(make_pairs):
    source = make_pairs("haze", count=2, size=(16, 13))
    restorer = Darken()
    rows = evaluate_pairs(restorer, source)
    assert [row["name"] for row in rows] == ["0", "1"]
    for row, (_, image, target) in zip(rows, source.pairs(), strict=True):
        assert (row["weather"], row["seen"]) == ("haze", "haze")
        assert row["probability"] == pytest.approx(0.75)
        assert row["psnr_rgb"] == pytest.approx(20 * np.log10(255))
        assert row["psnr_input_y"] == image_quality.psnr(target, image)
        assert row["psnr_y"] == image_quality.psnr(target, target + np.uint8(1))
        assert row["ssim_y"] == image_quality.ssim(target, target + np.uint8(1))
    assert restorer.told == [None, None]


def test_tells_the_restorer_the_weather(make_pairs):
    restorer = Darken()
    evaluate_pairs(restorer, make_pairs("rain", count=1), weather="haze")
    assert restorer.told == ["haze"]
