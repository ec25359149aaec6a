import os

import pytest

from keras_muirf.restoration import ImageError
from keras_muirf.restoration import discover


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (
        "in/b.JPG",
        "in/a.png",
        "in/a_restored.png",
        "in/notes.txt",
        "in/.hidden.png",
        "in/.cache/c.png",
        "in/deep/er/雨.webp",
        "other/a.png",
        "empty/notes.txt",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def _names(pairs):
    return [(source.as_posix(), target.as_posix()) for source, target in pairs]


def test_beside_the_input(tree):
    assert _names(discover(["in"])) == [
        ("in/a.png", "in/a_restored.png"),
        ("in/b.JPG", "in/b_restored.JPG"),
        ("in/deep/er/雨.webp", "in/deep/er/雨_restored.webp"),
    ]
    assert _names(discover(["in/a_restored.png"])) == [
        ("in/a_restored.png", "in/a_restored_restored.png")
    ]


def test_the_same_paths_under_out(tree):
    assert _names(discover(["in", "missing.jpg"], "out")) == [
        ("in/a.png", "out/a.png"),
        ("in/b.JPG", "out/b.JPG"),
        ("in/deep/er/雨.webp", "out/deep/er/雨.webp"),
        ("missing.jpg", "out/missing.jpg"),
    ]


def test_videos_are_found_that_can_be_written_again(tree):
    for name in ("in/a.MP4", "in/deep/c.webm", "in/old.avi"):
        (tree / name).touch()
    found = [source for source, _ in _names(discover(["in"], "out"))]
    assert {"in/a.MP4", "in/deep/c.webm"} < set(found)
    assert "in/old.avi" not in found
    assert _names(discover(["in/old.avi"], "new.mkv")) == [
        ("in/old.avi", "new.mkv")
    ]
    with pytest.raises(ImageError, match="cannot go to one file"):
        discover(["in"], "new.mkv")


def test_a_single_image_may_go_to_a_file(tree):
    assert _names(discover(["in/a.png"], "b.tif")) == [("in/a.png", "b.tif")]
    for inputs in (["in/a.png", "in/b.JPG"], ["in"]):
        with pytest.raises(ImageError, match="cannot go to one file"):
            discover(inputs, "b.tif")


def test_results_within_the_input_are_not_restored_again(tree):
    before = discover(["in"], "in/out")
    (tree / "in/out").mkdir()
    (tree / "in/out/a.png").touch()
    assert discover(["in"], "in/out") == before


def test_a_file_named_twice_is_restored_once(tree):
    assert len(discover(["in/a.png", "in/a.png", "in"], "out")) == 3


def test_nothing_is_written_over_another_image(tree):
    with pytest.raises(ImageError, match="would be written over the image"):
        discover(["in/a.png"], "in")
    with pytest.raises(ImageError, match="would be written to this file"):
        discover(["in", "other"], "out")
    with pytest.raises(ImageError, match="over this input"):
        discover(["in/a.png", "in/a_restored.png"])
    os.symlink(tree / "in", tree / "link")
    with pytest.raises(ImageError, match="would be written over the image"):
        discover(["in/a.png"], "link")


def test_a_folder_without_images_is_an_error(tree):
    with pytest.raises(ImageError, match="empty: there is no image"):
        discover(["empty"])
