import os

import pytest

from keras_muirf.restoration import ImageError
from keras_muirf.restoration import Shard
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


def test_patterns_keep_the_paths_below_their_fixed_part(tree):
    every = [
        ("in/a.png", "out/a.png"),
        ("in/b.JPG", "out/b.JPG"),
        ("in/deep/er/雨.webp", "out/deep/er/雨.webp"),
    ]
    assert _names(discover(["in/**/*"], "out")) == every
    assert _names(discover(["in/**"], "out")) == every
    assert _names(discover(["in/*.png"], "out")) == every[:1]
    assert _names(discover(["*/a.png"], "out")) == [
        ("in/a.png", "out/in/a.png"),
        ("other/a.png", "out/other/a.png"),
    ]
    # A folder that matches is searched.
    assert _names(discover(["in/d*"], "out")) == every[2:]
    # Results of an earlier run are no inputs of the next.
    discover(["in/**/*"], "in/out")
    (tree / "in/out").mkdir()
    (tree / "in/out/a.png").touch()
    assert _names(discover(["in/**/*.png"], "in/out")) == [
        ("in/a.png", "in/out/a.png")
    ]


def test_a_name_with_brackets_is_a_name_first(tree):
    (tree / "photo[1].png").touch()
    assert _names(discover(["photo[1].png"], "out")) == [
        ("photo[1].png", "out/photo[1].png")
    ]


def test_a_pattern_without_a_match(tree):
    with pytest.raises(ImageError, match="no image matches"):
        discover(["in/*.tif"])


def test_listed_files_keep_their_paths(tree):
    listed = ["./in/a.png", "other/a.png", os.path.abspath("in/b.JPG")]
    root = tree.relative_to(tree.anchor).as_posix()
    assert _names(discover(listed=listed, out="out")) == [
        ("in/a.png", "out/in/a.png"),
        ("other/a.png", "out/other/a.png"),
        ((tree / "in/b.JPG").as_posix(), f"out/{root}/in/b.JPG"),
    ]
    with pytest.raises(ImageError, match="lead upwards"):
        discover(listed=["in/../other/a.png"], out="out")


def test_another_format(tree):
    (tree / "in/clip.mp4").touch()
    assert _names(discover(["in"], "out", suffix=".avif")) == [
        ("in/a.png", "out/a.avif"),
        ("in/b.JPG", "out/b.avif"),
        ("in/clip.mp4", "out/clip.mp4"),
        ("in/deep/er/雨.webp", "out/deep/er/雨.avif"),
    ]
    assert _names(discover(["in/b.JPG"], suffix=".png")) == [
        ("in/b.JPG", "in/b_restored.png")
    ]


def test_shards_are_every_file_once(tree):
    for number in range(60):
        (tree / f"in/{number}.png").touch()
    every = discover(["in"], "out")
    shards = [
        discover(["in"], "out", shard=Shard.parse(f"{k}/3")) for k in (1, 2, 3)
    ]
    assert sorted(sum(shards, [])) == sorted(every)
    assert min(map(len, shards)) > len(every) / 5
    # Where the files lie does not matter, nor do others.
    os.rename("in", "elsewhere")
    (tree / "elsewhere/new.png").touch()
    moved = discover(["elsewhere"], "out", shard=Shard(2, 3))
    assert {t for _, t in shards[1]} <= {t for _, t in moved}


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "1/-2"])
def test_a_shard_that_is_none(text):
    with pytest.raises(ValueError, match="i/n"):
        Shard.parse(text)
