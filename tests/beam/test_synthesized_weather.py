"""The builder on Beam's runner within the process; see run_beam.sh."""

import importlib.util
import json
import logging

import numpy as np
import pytest

pytest.importorskip("apache_beam", reason="needs the extra `beam`")

import fsspec
import tensorflow_datasets as tfds
from apache_beam.options.pipeline_options import PipelineOptions
from etils import epath
from fsspec.implementations.memory import MemoryFileSystem

from keras_muirf.datasets.catalogue.synthesized_weather import WeatherConfig
from keras_muirf.datasets.catalogue.synthesized_weather import WeatherMaker
from keras_muirf.datasets.catalogue.synthesized_weather import photographs
from keras_muirf.restoration import ImageError
from keras_muirf.restoration import read_rgb8

READABLE = [f"trip_{i % 3}/photo_{i}" for i in range(11)]
UNREADABLE = "trip_0/cut_short"
WEATHERS = ("snow", "haze")
COPIES = 2
SIZE = 48


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A dozen drawn photographs, one of them cut short."""
    import pyvips

    rng = np.random.default_rng(0)
    folder = tmp_path_factory.mktemp("manual") / "synthesized_weather"
    for index, name in enumerate([*READABLE, UNREADABLE]):
        path = folder / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (50 + index, 70, 3), "uint8")
        pyvips.Image.new_from_array(pixels).write_to_file(str(path))
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return folder


def prepare(folder, data_dir, *options, file_format="array_record", **settings):
    """Makes a builder prepare its examples, and returns it."""
    settings = {"weathers": WEATHERS, "copies": COPIES, **settings}
    builder = tfds.builder(
        "synthesized_weather",
        config=WeatherConfig(
            name="test",
            maker=WeatherMaker(size=SIZE, **settings),
            validation=0.25,
        ),
        data_dir=data_dir,
        file_format=file_format,
    )
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(
            manual_dir=folder.parent,
            # `DirectRunner` would fetch another runner from the network.
            beam_runner="FnApiRunner",
            beam_options=PipelineOptions(list(options)),
        )
    )
    return builder


def examples(builder):
    """All examples of every split, in their order, by name."""
    return {
        split: {example["name"].decode(): example for example in source}
        for split, source in builder.as_data_source().items()
    }


def bits(splits):
    return {
        split: [
            (name, example["input"].tobytes(), example["target"].tobytes())
            for name, example in found.items()
        ]
        for split, found in splits.items()
    }


@pytest.fixture(scope="module")
def log():
    """What is logged while the examples are made."""
    messages = []

    class Handler(logging.Handler):
        def emit(self, record):
            messages.append(record.getMessage())

    handler = Handler()
    logging.getLogger().addHandler(handler)
    yield messages
    logging.getLogger().removeHandler(handler)


@pytest.fixture(scope="module")
def builder(folder, log, tmp_path_factory):
    return prepare(folder, tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def splits(builder):
    return examples(builder)


def test_nothing_is_lost(splits, builder):
    names = [name for found in splits.values() for name in found]
    assert sorted(names) == sorted(
        f"{photograph}_{weather}_{copy}"
        for photograph in READABLE
        for weather in WEATHERS
        for copy in range(COPIES)
    )
    assert {split: len(found) for split, found in splits.items()} == {
        split: info.num_examples for split, info in builder.info.splits.items()
    }


def test_targets_are_crops_bit_by_bit_and_inputs_have_weather(splits, folder):
    for found in splits.values():
        for name, example in found.items():
            photograph, weather, _ = name.rsplit("_", 2)
            assert example["weather"].decode() == weather
            target = example["target"]
            assert target.shape == example["input"].shape == (SIZE, SIZE, 3)
            assert (target != example["input"]).mean() > 0.01
            image = read_rgb8(folder / f"{photograph}.png")
            windows = np.lib.stride_tricks.sliding_window_view(
                image, (SIZE, SIZE), axis=(0, 1)
            )
            same = windows == np.moveaxis(target, -1, 0)
            assert same.all(axis=(-3, -2, -1)).any()


def test_train_and_validation_share_no_photograph(splits):
    train, validation = (
        {name.rsplit("_", 2)[0] for name in splits[split]}
        for split in ("train", "validation")
    )
    assert train and validation
    assert not train & validation


def test_what_cannot_be_read_is_counted_and_named(builder, log):
    assert builder.info.metadata["unreadable"] == 1
    lines = [line for line in log if "is left out" in line]
    assert len(lines) == 1 and UNREADABLE in lines[0]
    assert any("1 photographs could not be read" in line for line in log)
    # As another program reads it, later.
    path = epath.Path(builder.data_dir) / "metadata.json"
    assert json.loads(path.read_text())["unreadable"] == 1


def test_a_run_with_two_threads_gives_the_same(splits, folder, tmp_path):
    again = prepare(
        folder,
        tmp_path,
        "--direct_num_workers=2",
        "--direct_running_mode=multi_threading",
    )
    assert bits(examples(again)) == bits(splits)


@pytest.mark.slow
def test_a_run_with_two_processes_gives_the_same(splits, folder, tmp_path):
    again = prepare(
        folder,
        tmp_path,
        "--direct_num_workers=2",
        "--direct_running_mode=multi_processing",
        # One alone, since both processes compile it.
        weathers=("haze",),
        copies=1,
    )
    for split, found in bits(examples(again)).items():
        assert found
        assert set(found) < set(bits(splits)[split])


def test_an_error_tells_that_nothing_could_be_read(tmp_path):
    folder = tmp_path / "manual" / "synthesized_weather"
    folder.mkdir(parents=True)
    for name in "abcd":
        (folder / f"{name}.png").write_bytes(b"This is no image.")
    with pytest.raises(Exception, match="Not one photograph of a split"):
        prepare(folder, tmp_path / "data")


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is not None,
    reason="TensorFlow is installed",
)
def test_files_that_need_tensorflow_are_refused_at_once(folder, tmp_path):
    with pytest.raises(ImportError, match='file_format="array_record"'):
        prepare(folder, tmp_path, file_format=None)


def test_photographs_may_lie_in_a_bucket(folder):
    # One of fsspec's own file systems stands where S3's would be installed.
    fsspec.register_implementation("s3", MemoryFileSystem, clobber=True)
    bucket = epath.Path("s3://bucket/photographs")
    for path in folder.rglob("*.png"):
        copy = bucket / str(path.relative_to(folder))
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    found = photographs.find_photographs(bucket)
    assert sorted(found) == sorted([*READABLE, UNREADABLE])
    assert found[READABLE[0]] == f"s3://bucket/photographs/{READABLE[0]}.png"
    np.testing.assert_array_equal(
        photographs.read_photograph(found[READABLE[0]]),
        read_rgb8(folder / f"{READABLE[0]}.png"),
    )
    with pytest.raises(ImageError, match="cut_short"):
        photographs.read_photograph(found[UNREADABLE])
