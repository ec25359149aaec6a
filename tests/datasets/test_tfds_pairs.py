import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_muirf.datasets import TFDSPairs
from keras_muirf.datasets import WeatherMajorDataset

pytest.importorskip("tensorflow_datasets")
drawn_builders = pytest.importorskip("drawn_builders")
drawn = drawn_builders.drawn


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    def prepare(cls, file_format="array_record"):
        folder = tmp_path_factory.mktemp(cls.__name__)
        builder = cls(data_dir=folder, file_format=file_format)
        builder.download_and_prepare()
        return builder

    return prepare


@pytest.fixture(scope="module")
def pairs(prepared):
    return prepared(drawn_builders.DrawnPairs)


def test_reads_the_pairs_of_one_weather(pairs):
    rain = TFDSPairs(pairs, "train", weather="rain")
    assert rain.weather == "rain"
    assert sorted(rain.names) == ["picture 1", "picture 3", "picture 5"]
    for name, image, target in rain.pairs():
        assert (target == drawn(int(name[-1]))).all()
        assert (image == target + np.uint8(55)).all()


def test_splits_by_scene(pairs):
    source = TFDSPairs(
        pairs, "train", "haze", scene=lambda name: name in ("picture 0",)
    )
    parts = source.split(0.5, seed=0)
    assert sorted(map(len, parts)) == [1, 2]


def test_prepared_data_trains(pairs):
    dataset = WeatherMajorDataset(
        {
            w: TFDSPairs(pairs, "train", w, cache=False)
            for w in ("rain", "haze")
        },
        crop_size=8,
    )
    inputs, y = dataset[0]
    assert inputs["weather"].tolist() == [0] * 4 + [1] * 4
    np.testing.assert_allclose(inputs["image"] - y, 55 / 255, atol=1e-6)


def test_by_name_and_without_tensorflow(pairs):
    source = TFDSPairs(
        "drawn_pairs", "train", "rain", data_dir=Path(pairs.data_dir).parents[1]
    )
    assert len(source) == 3
    code = (
        "import sys\n"
        "import tensorflow_datasets as tfds\n"
        "from keras_muirf.datasets import TFDSPairs\n"
        f"builder = tfds.builder_from_directory({str(pairs.data_dir)!r})\n"
        "source = TFDSPairs(builder, 'train', 'rain')\n"
        "assert source[0][0].shape[2] == 3\n"
        "print('tensorflow' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "KERAS_BACKEND": "torch"},
    )
    assert done.stdout.split()[-1] == "False"


def test_without_names_and_weathers(prepared):
    builder = prepared(drawn_builders.DrawnImages)
    with pytest.raises(ValueError, match="no feature `weather`"):
        TFDSPairs(builder, "train")
    source = TFDSPairs(builder, "train", weather="snow")
    assert (source.names, source.weather) == (("0", "1"), "snow")


def test_what_cannot_be_read_is_said(pairs, prepared, tmp_path):
    with pytest.raises(ValueError, match="weathers haze, rain; choose one"):
        TFDSPairs(pairs, "train")
    with pytest.raises(ValueError, match="'test'.*train"):
        TFDSPairs(pairs, "test", "rain")
    with pytest.raises(ValueError, match="knows no builder 'drawn_pears'"):
        TFDSPairs("drawn_pears", "train")
    with pytest.raises(FileNotFoundError, match="is not prepared in"):
        TFDSPairs(drawn_builders.DrawnPairs(data_dir=tmp_path), "train", "rain")
    with pytest.raises(ValueError, match="has image"):
        TFDSPairs(prepared(drawn_builders.DrawnSingles), "train", "rain")
    with pytest.raises(ValueError, match='file_format="array_record"'):
        TFDSPairs(
            prepared(drawn_builders.DrawnPairs, "tfrecord"), "train", "rain"
        )
