import json
import os
import shutil
import sys

import numpy as np
import pytest
from small import small_restorer

from keras_muirf import models
from keras_muirf.models import add_preset
from keras_muirf.models import list_presets
from keras_muirf.models import preset_files
from keras_muirf.models import remove_preset
from keras_muirf.models.muirf_presets import PRESETS


@pytest.fixture(scope="module")
def restorer():
    return small_restorer()


@pytest.fixture(scope="module")
def whole(restorer, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "mine" / "preset"
    restorer.save_to_preset(folder)
    (folder / "README.md").write_text("A card.")
    (folder / "notes.txt").write_text("Not of the preset.")
    return folder


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("MUIRF_HOME", str(home))
    return home / "presets"


def restored(restorer):
    x = np.random.default_rng(0).random((12, 8, 3)).astype("float32")
    return restorer.restore(x)


def test_an_added_preset_is_known_by_its_name(whole, restorer, home):
    assert add_preset(whole) == "mine"
    assert sorted(os.listdir(home / "mine")) == sorted(
        [*preset_files.RECORDED_FILES, "metadata.json", "README.md"]
    )
    again = models.MUIRFImageRestorer.from_preset("mine")
    np.testing.assert_allclose(restored(again), restored(restorer), atol=1e-6)
    listing = list_presets()
    assert set(listing) == {*PRESETS, "mine"}
    assert listing["mine"] == {
        "description": f"Added from {whole}.",
        "weathers": restorer.weathers,
        "params": restorer.count_params(),
    }
    with pytest.raises(ValueError, match=r"was added \(mine\).*'yours'"):
        models.MUIRFImageRestorer.from_preset("yours")
    remove_preset("mine")
    assert os.listdir(home) == []
    with pytest.raises(ValueError, match="added .none yet.*name='mine'"):
        remove_preset("mine")
    with pytest.raises(ValueError, match="comes with the package"):
        remove_preset("muirf_tiny_derain")


def test_archives(whole, restorer, tmp_path):
    for form, ending in (("zip", ".zip"), ("gztar", ".tar.gz")):
        archive = shutil.make_archive(
            tmp_path / form, form, whole.parent, whole.name
        )
        assert archive.endswith(form + ending)
        assert add_preset(archive) == form
        again = models.MUIRFImageRestorer.from_preset(form, load_weights=False)
        assert again.count_params() == restorer.count_params()


def test_an_address_of_an_archive(whole, tmp_path, monkeypatch):
    archive = shutil.make_archive(tmp_path / "a", "zip", whole)
    asked = []

    def download(url, path, max_bytes):
        asked.append(url)
        shutil.copy(archive, path)

    # The download itself has its own tests, against a server.
    module = sys.modules["keras_muirf.models.add_preset"]
    monkeypatch.setattr(module, "download", download)
    url = "https://me:secret@example.org:8000/files/our_net.zip?token=secret"
    assert add_preset(url) == "our_net"
    assert asked == [url]
    assert list_presets()["our_net"]["description"] == (
        "Added from https://example.org:8000/files/our_net.zip."
    )


def test_hubs(whole, monkeypatch):
    hub = pytest.importorskip("huggingface_hub")
    kagglehub = pytest.importorskip("kagglehub")

    def find(_, name):
        if not (whole / name).exists():
            raise hub.errors.EntryNotFoundError("none")
        return str(whole / name)

    monkeypatch.setattr(hub, "hf_hub_download", find)
    assert add_preset("hf://someone/small") == "small"

    def find_mounted(_, path):
        if not (whole / path).exists():
            raise ValueError(f"'{path}' is not present in the model files.")
        return str(whole / path)

    monkeypatch.setattr(kagglehub, "model_download", find_mounted)
    assert add_preset("kaggle://someone/net/keras/rain/2") == "rain"
    assert list_presets()["rain"]["description"] == (
        "Added from kaggle://someone/net/keras/rain/2."
    )


def test_a_preset_without_a_record_gets_one(whole, tmp_path, home):
    old = shutil.copytree(whole, tmp_path / "old")
    (old / "metadata.json").unlink()
    add_preset(old)
    metadata = json.loads((home / "old" / "metadata.json").read_text())
    assert set(metadata["sha256"]) == set(preset_files.RECORDED_FILES)
    assert isinstance(list_presets()["old"]["params"], int)


def test_names_are_not_taken_twice(whole, home):
    with pytest.raises(ValueError, match="'muirf_tiny_derain' is a preset"):
        add_preset(whole, "muirf_tiny_derain", overwrite=True)
    for name in ("../evil", "a/b", ".hidden", "hf://x", "a b"):
        with pytest.raises(ValueError, match="letters, digits"):
            add_preset(whole, name)
    assert not home.exists()
    add_preset(whole, "one")
    with pytest.raises(ValueError, match="'one' already.*--overwrite"):
        add_preset(whole, "one")
    (home / "one" / "model.weights.h5").write_bytes(b"damaged")
    assert "model.weights.h5" in list_presets()["one"]["error"]
    with pytest.raises(ValueError, match="add it anew"):
        models.MUIRFImageRestorer.from_preset("one")
    add_preset(whole, "one", overwrite=True)
    assert "error" not in list_presets()["one"]
    assert os.listdir(home) == ["one"]


def lacks_its_weights(folder):
    (folder / "model.weights.h5").unlink()


def has_a_changed_card(folder):
    (folder / "image_converter.json").write_text("{}")


def is_a_backbone_alone(folder):
    shutil.rmtree(folder)
    small_restorer().backbone.save_to_preset(folder)


def is_empty(folder):
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.mark.parametrize(
    "harm, words",
    [
        (lacks_its_weights, "no complete preset: it has no 'model.weights.h5'"),
        (has_a_changed_card, "'image_converter.json'.*damaged or was changed"),
        (is_a_backbone_alone, "no complete preset: it has no 'task.json'"),
        (is_empty, "no complete preset: it has no 'config.json'"),
    ],
)
def test_what_is_damaged_leaves_nothing(whole, tmp_path, home, harm, words):
    add_preset(whole, "one")
    before = {p: p.read_bytes() for p in (home / "one").iterdir()}
    folder = shutil.copytree(whole, tmp_path / "harmed")
    harm(folder)
    with pytest.raises((ValueError, FileNotFoundError), match=words) as raised:
        add_preset(folder, "one", overwrite=True)
    # The user's path, and not that of the copy.
    assert str(folder) in str(raised.value)
    assert ".part" not in str(raised.value)
    assert {p: p.read_bytes() for p in (home / "one").iterdir()} == before
    assert os.listdir(home) == ["one"]


def test_an_interruption_leaves_nothing(whole, home, monkeypatch):
    def interrupted(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(models.MUIRFImageRestorer, "from_reader", interrupted)
    with pytest.raises(KeyboardInterrupt):
        add_preset(whole)
    assert os.listdir(home) == []


@pytest.mark.parametrize(
    "source, words",
    [
        ("file:///tmp/preset.zip", "is given by its path"),
        ("http://example.org/preset.zip", "must begin with https://"),
        ("nowhere/preset.zip", "no folder and no archive 'nowhere/preset.zip'"),
    ],
)
def test_other_sources_are_refused(source, words):
    with pytest.raises(ValueError, match=words):
        add_preset(source, "one")


def test_where_added_presets_are(monkeypatch, tmp_path):
    from keras_muirf.models.preset_home import preset_home

    monkeypatch.delenv("MUIRF_HOME")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert preset_home() == str(tmp_path / "keras_muirf" / "presets")
    monkeypatch.delenv("KERAS_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert preset_home() == str(tmp_path / ".keras" / "keras_muirf" / "presets")
