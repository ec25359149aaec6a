import json
import shutil
import traceback
import warnings
from pathlib import Path

import h5py
import keras
import pytest
from small import small_backbone
from small import small_restorer

from keras_muirf import models
from keras_muirf.file_sha256 import file_sha256
from keras_muirf.models import preset_reader
from keras_muirf.models.preset_files import RECORDED_FILES
from keras_muirf.models.preset_reader import PresetReader


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole") / "preset"
    small_restorer().save_to_preset(folder)
    return folder


@pytest.fixture
def preset(whole, tmp_path):
    return shutil.copytree(whole, tmp_path / "preset")


@pytest.fixture
def unrecorded(preset):
    """A preset as it was saved before there were records."""
    path = preset / "metadata.json"
    metadata = json.loads(path.read_text())
    assert set(metadata.pop("sha256")) == set(RECORDED_FILES)
    path.write_text(json.dumps(metadata))
    return preset


def fails(load, *words):
    """The load ends with one error, behind which no other is shown."""
    with warnings.catch_warnings(record=True) as notes:
        with pytest.raises(ValueError) as raised:
            load()
    assert notes == []
    for word in words:
        assert word in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
    shown = "".join(traceback.format_exception(raised.value))
    assert shown.count("Traceback") == 1
    assert "h5py" not in str(raised.value)


def from_preset(folder, **kwargs):
    return lambda: models.MUIRFImageRestorer.from_preset(folder, **kwargs)


READERS = {
    "config.json": models.MUIRFBackbone.from_preset,
    "model.weights.h5": models.MUIRFBackbone.from_preset,
    "task.json": models.MUIRFImageRestorer.from_preset,
    "task.weights.h5": models.MUIRFImageRestorer.from_preset,
    "preprocessor.json": models.MUIRFImageRestorerPreprocessor.from_preset,
    "image_converter.json": lambda folder: PresetReader(folder).check_all(),
}


def flip_a_bit(content):
    middle = len(content) // 2
    return (
        content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]
    )


@pytest.mark.parametrize("name", RECORDED_FILES)
@pytest.mark.parametrize(
    "damage", [flip_a_bit, lambda content: content[: len(content) // 2]]
)
def test_a_changed_or_cut_file_is_named(preset, name, damage):
    path = preset / name
    path.write_bytes(damage(path.read_bytes()))
    fails(
        lambda: READERS[name](preset),
        repr(name),
        str(preset),
        "damaged or was changed",
        "fetch or save the preset anew",
    )


def test_every_file_is_hashed_once(preset, monkeypatch):
    hashed = []

    def counted(path):
        hashed.append(Path(path).name)
        return file_sha256(path)

    monkeypatch.setattr(preset_reader, "file_sha256", counted)
    from_preset(preset)()
    assert sorted(hashed) == sorted(
        ["config.json", "model.weights.h5", "task.json", "task.weights.h5"]
    )


def test_only_what_is_read_is_checked(preset):
    (preset / "model.weights.h5").write_bytes(b"cut")
    assert from_preset(preset, load_weights=False)().count_params()
    models.MUIRFImageRestorerPreprocessor.from_preset(preset)
    fails(from_preset(preset), "model.weights.h5")


def test_a_file_without_a_record_beside_recorded_ones_is_refused(preset):
    path = preset / "metadata.json"
    metadata = json.loads(path.read_text())
    del metadata["sha256"]["task.json"]
    path.write_text(json.dumps(metadata))
    fails(from_preset(preset), "task.json")


@pytest.mark.parametrize("content", ["{", "[]", '{"sha256": "none"}'])
def test_damaged_metadata(preset, content):
    (preset / "metadata.json").write_text(content)
    fails(from_preset(preset), "metadata.json", str(preset))


def test_a_preset_without_a_record_loads(unrecorded):
    assert from_preset(unrecorded)().count_params()
    (unrecorded / "metadata.json").unlink()
    assert from_preset(unrecorded)().count_params()


def test_saving_parts_over_a_preset_keeps_the_record_true(preset):
    models.MUIRFImageRestorerPreprocessor().save_to_preset(preset)
    PresetReader(preset).check_all()
    small_backbone(name="other").save_to_preset(preset)
    PresetReader(preset).check_all()
    assert from_preset(preset)().backbone.name != "other"


def foreign_weights(folder, name):
    other = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    other.save_weights(folder / name)


def any_hdf5(folder, name):
    with h5py.File(folder / name, "w") as file:
        file["something"] = [1.0, 2.0]


def text(folder, name):
    (folder / name).write_text("version https://git-lfs.github.com/spec/v1\n")


def cut(folder, name):
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])


@pytest.mark.parametrize("name", ["model.weights.h5", "task.weights.h5"])
@pytest.mark.parametrize("make", [foreign_weights, any_hdf5, text, cut])
def test_foreign_weights_are_one_error(unrecorded, name, make):
    make(unrecorded, name)
    fails(
        from_preset(unrecorded),
        repr(name),
        str(unrecorded),
        "damaged or another network's",
        "fetch or save",
    )


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[1, 2]",
        '{"model_type": "bert"}',
        '{"class_name": "Nowhere", "registered_name": "x>Nowhere", "config":'
        ' {"dtype": 5, "backbone": 3}, "module": null}',
        '{"class_name": "Dense", "module": "keras.layers", "config":'
        ' {"units": -1}, "registered_name": null}',
    ],
)
@pytest.mark.parametrize("name", ["config.json", "task.json"])
def test_foreign_configs_are_one_error(unrecorded, name, content):
    (unrecorded / name).write_text(content)
    load = models.MUIRFBackbone if name == "config.json" else None
    load = load or models.MUIRFImageRestorer
    fails(
        lambda: load.from_preset(unrecorded),
        repr(name),
        str(unrecorded),
    )


def test_a_preset_of_another_class_is_one_error(unrecorded):
    shutil.copy(unrecorded / "config.json", unrecorded / "task.json")
    fails(from_preset(unrecorded), "holds a MUIRFBackbone")
