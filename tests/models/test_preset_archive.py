import io
import tarfile
import zipfile

import pytest

from keras_muirf.models import preset_archive
from keras_muirf.models.preset_archive import unpack

NAMES = ["config.json", "model.weights.h5"]


def make_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def make_tar(path, files):
    with tarfile.open(path, "w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


@pytest.fixture(params=[make_zip, make_tar])
def make(request):
    return request.param


@pytest.fixture
def places(tmp_path):
    (tmp_path / "out").mkdir()
    return tmp_path / "archive", tmp_path / "out"


def refused(places, words):
    archive, out = places
    with pytest.raises(ValueError, match=words):
        unpack(archive, out, NAMES, "mine")
    assert list(out.iterdir()) == []
    assert {path.name for path in out.parent.iterdir()} <= {"archive", "out"}


@pytest.mark.parametrize("prefix", ["", "./", "small/", "a/b/"])
def test_the_files_of_the_uppermost_preset_are_taken(make, places, prefix):
    archive, out = places
    files = {
        f"{prefix}config.json": b"{}",
        f"{prefix}model.weights.h5": b"weights",
        f"{prefix}script.py": b"evil",
        f"{prefix}deeper/config.json": b"other",
    }
    make(archive, files)
    unpack(archive, out, NAMES, "mine")
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        "config.json": b"{}",
        "model.weights.h5": b"weights",
    }


@pytest.mark.parametrize(
    "path", ["../config.json", "a/../../config.json", "/config.json", "..\\a"]
)
def test_a_path_out_of_the_archive_is_refused(make, places, path):
    make(places[0], {"config.json": b"{}", path: b"evil"})
    refused(places, "leads out of it")


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
)
def test_links_and_pipes_are_refused(places, kind):
    with tarfile.open(places[0], "w:gz") as archive:
        info = tarfile.TarInfo("config.json")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    refused(places, "is a link")


def test_a_link_in_a_zip_is_refused(places):
    with zipfile.ZipFile(places[0], "w") as archive:
        info = zipfile.ZipInfo("config.json")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    refused(places, "is a link")


def test_an_archive_that_unpacks_to_too_much(make, places, monkeypatch):
    monkeypatch.setattr(preset_archive, "MAX_BYTES", 1_000_000)
    make(places[0], {"config.json": b"{}", "padding": bytes(1_000_000)})
    assert places[0].stat().st_size < 10_000
    refused(places, "more than")


def test_what_is_no_archive_or_damaged(make, places):
    archive, _ = places
    make(archive, {"other": b"{}"})
    refused(places, "no preset: it has no 'config.json'")
    archive.write_text("no archive")
    refused(places, "'mine' is no .zip or .tar.gz archive")
    content = bytes(range(256)) * 100
    make(archive, {"model.weights.h5": content, "config.json": b"{}"})
    whole = archive.read_bytes()
    archive.write_bytes(whole[: len(whole) // 2])
    refused(places, "'mine' is")
