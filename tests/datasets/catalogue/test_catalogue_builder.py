"""What the builders make, read as arrays and without TensorFlow."""

import subprocess
import sys

import numpy as np
import pytest
import pyvips
import tensorflow_datasets as tfds
from drawn_layouts import draw
from drawn_layouts import draw_form
from drawn_layouts import pictures
from drawn_layouts import save

from keras_muirf.datasets.catalogue.paired_images import PairedImagesConfig
from keras_muirf.datasets.layouts import FolderLayout
from keras_muirf.datasets.layouts import ListLayout


@pytest.fixture
def load(tmp_path):
    """Prepares a benchmark drawn into `tmp_path / "manual"` and opens it."""

    def load(name, split=None, decoders=None, **options):
        return tfds.data_source(
            name,
            split=split,
            decoders=decoders,
            data_dir=tmp_path / "prepared",
            builder_kwargs={"file_format": "array_record", **options},
            download_and_prepare_kwargs={
                "download_config": tfds.download.DownloadConfig(
                    manual_dir=tmp_path / "manual"
                )
            },
        )

    return load


@pytest.mark.parametrize("name", ["rain800", "reside/sots_indoor", "revide"])
def test_arrays_are_the_pictures(name, load, tmp_path):
    benchmark, _, split = name.partition("/")
    folder = tmp_path / "manual" / benchmark
    lines = draw(benchmark, folder)[split or "test"]
    source = load(name, "test")
    by_name = {example["name"].decode(): example for example in source}
    assert len(by_name) == len(lines)
    for line in lines:
        (key,) = (
            k for k in by_name if line[0].endswith(f"/{k}.{line[0][-3:]}")
        )
        wanted = pictures(*line)
        for part, want in zip(("input", "target"), wanted, strict=True):
            have = by_name[key][part]
            assert have.shape == want.shape
            assert np.abs(have.astype(int) - want).mean() < 6


def test_the_leak_is_left_out_unless_wanted(load, tmp_path):
    draw("outdoor_rain", tmp_path / "manual")
    without, with_leak = load("outdoor_rain"), load("outdoor_rain/with_leak")
    assert {s: len(v) for s, v in without.items()} == {"train": 4, "test": 2}
    assert {s: len(v) for s, v in with_leak.items()} == {"train": 6, "test": 2}
    scenes = {e["name"].decode()[:7] for e in without["train"]}
    assert scenes == {"im_0001", "im_0300", "im_0351"}
    tests = {e["target"].tobytes() for e in without["test"]}
    assert not tests & {e["target"].tobytes() for e in without["train"]}
    assert tests < {e["target"].tobytes() for e in with_leak["train"]}


def test_realistic_snow_has_no_target(load, tmp_path):
    draw("snow100k", tmp_path / "manual")
    source = load("snow100k/realistic", "test")
    assert len(source) == 2
    assert set(source[0]) == {"input", "weather", "name"}


def test_files_keep_their_bytes_if_all_decoders_agree(load, tmp_path):
    folder = tmp_path / "manual" / "rain"
    picture, _ = pictures("a.jpg", "b.jpg", "")
    save(folder / "input/0.jpg", picture)
    save(folder / "gt/0.jpg", picture)
    turned = pyvips.Image.new_from_array(picture).rot90().copy()
    turned.set_type(pyvips.GValue.gint_type, "orientation", 8)
    turned.write_to_file(str(folder / "input/1.jpg"), Q=95)
    save(folder / "gt/1.tif", picture)
    deep = pyvips.Image.new_from_array(picture.astype("uint16") * 257)
    deep.copy(interpretation="rgb16").write_to_file(str(folder / "input/2.png"))
    pyvips.Image.new_from_array(picture).write_to_file(
        str(folder / "gt/2.webp"), lossless=True
    )
    alpha = np.concatenate([picture, picture[..., :1]], -1)
    save(folder / "input/3.png", alpha)
    pyvips.Image.new_from_array(picture).write_to_file(
        str(folder / "gt/3.png"), palette=True
    )
    for example in load("paired_images", "train"):
        for part in ("input", "target"):
            assert example[part].shape == (16, 20, 3)
            assert np.abs(example[part].astype(int) - picture).mean() < 6
    skip = dict.fromkeys(("input", "target"), tfds.decode.SkipDecoding())
    undecoded = load("paired_images", "train", skip)
    for example in undecoded:
        same = example["name"] == b"rain/input/0"
        data = (folder / "input/0.jpg").read_bytes()
        assert (example["input"] == data) == same
        assert example["target"].startswith(b"\xff\xd8" if same else b"\x89PNG")


def test_a_missing_partner_is_named(load, tmp_path):
    draw("raindrop", tmp_path / "manual")
    (tmp_path / "manual/train/gt/9_clean.png").unlink()
    with pytest.raises(FileNotFoundError) as error:
        load("raindrop")
    assert "9_rain.png has no target 9_clean" in str(error.value)
    assert "10_rain" not in str(error.value)
    assert f"muirf data check {tmp_path / 'manual'}" in str(error.value)


def test_two_sizes_are_named(load, tmp_path):
    draw("ohaze", tmp_path / "manual")
    target = tmp_path / "manual/GT/01_outdoor_GT.jpg"
    save(target, np.zeros((16, 22, 3), "uint8"))
    with pytest.raises(ValueError) as error:
        load("ohaze")
    assert "01_outdoor_hazy.jpg is 20x16" in str(error.value)
    assert f"{target} 22x16" in str(error.value)


def test_what_is_not_there_is_described(load, tmp_path):
    (tmp_path / "manual").mkdir()
    with pytest.raises(AssertionError, match="testing/rainy_image"):
        load("rain1400")
    draw("raindrop", tmp_path / "manual")
    with pytest.raises(FileNotFoundError, match="testing/rainy_image"):
        load("rain1400")
    with pytest.raises(FileNotFoundError) as error:
        load("reside/its")
    assert "ITS" in str(error.value) and "SOTS" not in str(error.value)


def test_a_config_without_a_pair_is_an_error(load, tmp_path):
    draw_form(
        "[train]\nCDD-11_train/rain/1.png | CDD-11_train/clear/1.png",
        tmp_path / "manual",
    )
    assert len(load("cdd11/rain", "train")) == 1
    with pytest.raises(FileNotFoundError, match="config haze"):
        load("cdd11/haze")


def test_own_folders_and_lists(load, tmp_path):
    draw_form(
        """
        [train]
        rainy/2_rain.jpg | clean/2_clean.png
        rainy/10_rain.jpg | clean/10_clean.png
        [test]
        held/input/3.png | held/gt/3.png
        test.txt < ./held/input/3.png
        """,
        tmp_path / "manual" / "street",
    )
    config = PairedImagesConfig(
        name="street",
        layouts={
            "train": FolderLayout(
                "rainy", "clean", r"(\d+)_rain", r"\1_clean", weather="rain"
            ),
            "test": ListLayout("test.txt", weather="rain"),
        },
    )
    source = load("paired_images", config=config)
    names = {s: {e["name"] for e in v} for s, v in source.items()}
    assert names == {
        "train": {b"2_rain", b"10_rain"},
        "test": {b"held/input/3"},
    }


@pytest.mark.slow
@pytest.mark.every_backend
def test_prepares_and_reads_without_tensorflow(tmp_path):
    import keras

    if keras.backend.backend() == "tensorflow":
        pytest.skip("The backend is TensorFlow.")
    draw("rain100l", tmp_path / "manual")
    code = f"""
import sys
import keras_muirf
import tensorflow_datasets as tfds
source = tfds.data_source(
    "rain100l",
    split="train",
    data_dir={str(tmp_path / "prepared")!r},
    builder_kwargs={{"file_format": "array_record"}},
    download_and_prepare_kwargs={{
        "download_config": tfds.download.DownloadConfig(
            manual_dir={str(tmp_path / "manual")!r}
        )
    }},
)
assert source[0]["input"].shape == (16, 20, 3)
assert "tensorflow" not in sys.modules
"""
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
