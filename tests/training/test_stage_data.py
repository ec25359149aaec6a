import numpy as np
import pytest

from keras_muirf.datasets import PairedFolder
from keras_muirf.training import drawn_data
from keras_muirf.training.stage_data import StageData


@pytest.mark.parametrize("clear", [0.0, 0.5])
def test_a_share_of_the_crops_has_no_weather(begin, tmp_path, clear):
    run = begin(data=str(drawn_data.draw(tmp_path / "drawn")))
    haze = run.data / "train" / "pairs" / "ohaze" / "haze"
    data = StageData({"haze": PairedFolder(haze, "haze")}, run, ["haze"], clear)
    inputs, targets = data.stage(16, 8, epoch=0)[0]
    without = inputs["weather"] == 1
    assert without.sum() == 8 * clear
    for image, target, same in zip(
        inputs["image"], targets, without, strict=True
    ):
        assert np.array_equal(image, target) == same
