from pathlib import Path

import numpy as np
import pytest
from drawn_layouts import FORMS
from drawn_layouts import draw
from drawn_layouts import pictures

from keras_muirf.datasets import BenchmarkPairs
from keras_muirf.datasets import WeatherMajorDataset


def test_reads_a_split_of_a_download(tmp_path):
    drawn = draw("rain1400", tmp_path / "DDN")["train"]
    source = BenchmarkPairs("rain1400", tmp_path, "train")
    assert source.weather == "rain"
    assert sorted(source.names) == sorted(Path(p[0]).stem for p in drawn)
    for name, image, target in source.pairs():
        line = next(line for line in drawn if Path(line[0]).stem == name)
        for got, wanted in zip((image, target), pictures(*line), strict=True):
            # As they were drawn, but for what JPEG does.
            assert np.abs(got.astype(int) - wanted).mean() < 12


def test_inputs_of_one_scene_stay_together(tmp_path):
    draw("rain1400", tmp_path)
    source = BenchmarkPairs("rain1400", tmp_path, "train")
    for seed in range(5):
        rest, held = source.split(0.4, seed=seed)
        assert ("1_1" in held.names) == ("1_14" in held.names)
        assert len(rest) + len(held) == len(source)


def test_pairs_that_stand_in_a_test_set_are_left_out(tmp_path):
    drawn = draw("outdoor_rain", tmp_path)["train"]
    leaked = {Path(p[0]).stem for p in drawn if "leaked" in p[2]}
    assert leaked
    some = BenchmarkPairs("outdoor_rain", tmp_path, "train")
    whole = BenchmarkPairs("outdoor_rain", tmp_path, "train", keep_leak=True)
    assert set(whole.names) - set(some.names) == leaked


def test_one_weather_of_several(tmp_path):
    draw("allweather", tmp_path)
    with pytest.raises(ValueError, match="rain, raindrop, snow; choose one"):
        BenchmarkPairs("allweather", tmp_path, "train")
    with pytest.raises(ValueError, match="weather='haze'"):
        BenchmarkPairs("allweather", tmp_path, "train", weather="haze")
    drops = BenchmarkPairs("allweather", tmp_path, "train", "raindrop")
    assert drops.weather == "raindrop" and len(drops) == 2


def test_a_benchmark_trains(tmp_path):
    draw("rain100l", tmp_path)
    rain = BenchmarkPairs("rain100l", tmp_path, "train")
    dataset = WeatherMajorDataset({"rain": rain}, crop_size=8)
    inputs, y = dataset[0]
    change = inputs["image"] - y
    assert y.shape == (4, 8, 8, 3) and (change > 0).all()
    assert np.ptp(change, axis=(1, 2, 3)).max() < 1e-6


def test_what_is_not_there_is_said(tmp_path):
    with pytest.raises(ValueError, match="Known are .*rain100h, rain100l"):
        BenchmarkPairs("rain100", tmp_path, "train")
    with pytest.raises(ValueError, match="the splits train, test.*'val'"):
        BenchmarkPairs("rain100l", tmp_path, "val")
    with pytest.raises(FileNotFoundError, match="Rain100L is not in"):
        BenchmarkPairs("rain100l", tmp_path, "train")
    draw("rain100l", tmp_path, form=len(FORMS["rain100l"]) - 1)
    assert len(BenchmarkPairs("rain100l", tmp_path, "test")) == 3
    with pytest.raises(FileNotFoundError, match="The split train of Rain100L"):
        BenchmarkPairs("rain100l", tmp_path, "train")


def test_files_that_are_missing_and_targets_that_never_were(tmp_path):
    drawn = draw("snow100k", tmp_path)["test_l"]
    with pytest.raises(ValueError, match="realistic.* has no targets"):
        BenchmarkPairs("snow100k", tmp_path, "realistic")
    (tmp_path / drawn[0][1]).unlink()
    with pytest.raises(ValueError, match="hill_00003.*muirf data check"):
        BenchmarkPairs("snow100k", tmp_path, "test_l")
