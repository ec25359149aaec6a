import os
import random

import numpy as np
import pytest
from drawn_layouts import FORMS
from drawn_layouts import draw as draw_benchmark

from keras_muirf.datasets.catalogue import BENCHMARKS
from keras_muirf.datasets.discover_pairs import discover_pairs


@pytest.fixture
def draw(tmp_path, save_image):
    """Draws one small image per path below the test's folder."""

    def draw(*paths):
        for path in paths:
            save_image(tmp_path / path, np.zeros((4, 6, 3), "uint8"))
        return tmp_path

    return draw


def summary(directory):
    return [
        (s.name, s.benchmark, s.split, s.weather, len(s.scan.pairs))
        for s in discover_pairs(directory)
    ]


def test_folders_on_the_way_tell_name_weather_and_split(draw):
    root = draw(
        *("a set/Rain/input/雨 1.png", "a set/Rain/GT/雨 1.jpg"),
        *("b_train/hazy/x.png", "b_train/clear/x.png"),
        *("test/c/input/1.png", "test/c/target/1.tif"),
    )
    assert summary(root) == [
        ("a set", None, None, "rain", 1),
        ("b_train", None, "train", "haze", 1),
        ("test/c", None, "test", None, 1),
    ]
    assert summary(root / "a set") == [("a set", None, None, "rain", 1)]
    assert summary(root / "b_train") == [("b_train", None, "train", "haze", 1)]


def test_weathers_beside_each_other_have_names_of_their_own(draw):
    root = draw(
        *("d/rain/input/1.png", "d/rain/gt/1.png"),
        *("d/snow/input/1.png", "d/snow/gt/1.png"),
        *("e/raindrop/1.png", "e/rain/1.png", "e/gt/1.png"),
    )
    assert summary(root) == [
        ("d/rain", None, None, "rain", 1),
        ("d/snow", None, None, "snow", 1),
        ("e/rain", None, None, "rain", 1),
        ("e/raindrop", None, None, "raindrop", 1),
    ]


def test_files_without_a_partner(draw):
    root = draw(
        *("s/input/1.png", "s/input/2.png", "s/gt/1.png", "s/gt/3.png"),
    )
    (found,) = discover_pairs(root)
    assert [pair.name for pair in found.scan.pairs] == ["1"]
    assert len(found.scan.missing) == 1 and "2.png" in found.scan.missing[0]
    assert [path.name for path in found.scan.unused] == ["3.png"]


def test_a_benchmark_is_recognised_at_any_depth(draw):
    names = [f"{i}.png" for i in range(3)]
    root = draw(
        *(f"x/y/z/R/test/Rain100L/input/{name}" for name in names),
        *(f"x/y/z/R/test/Rain100L/target/{name}" for name in names),
        *("plain/input/1.png", "plain/gt/1.png"),
    )
    assert summary(root) == [
        ("plain", None, None, None, 1),
        ("x/y/z/R/Rain100L/test", "Rain100L", "test", "rain", 3),
    ]
    assert summary(root / "x/y/z/R") == [
        ("Rain100L/test", "Rain100L", "test", "rain", 3)
    ]


@pytest.mark.parametrize("name", sorted(FORMS))
def test_every_benchmark_is_recognised_by_its_files(name, tmp_path):
    """In all forms, whatever its folder is called."""
    for form in range(len(FORMS[name])):
        draw_benchmark(name, tmp_path / f"{form}/{name}", form)
        splits = draw_benchmark(name, tmp_path / f"{form}x/some", form)
        for folder in (f"{form}/{name}", f"{form}x"):
            found = discover_pairs(tmp_path / folder)
            titles = {s.benchmark for s in found}
            if titles != {BENCHMARKS[name].title}:
                # Rain100H in RCDNet's form is Rain100L in it but for the
                # name of its folder and the number of its pairs.
                assert (name, folder[1:]) == ("rain100h", "x")
                assert titles == {"Rain100L"}
            for split, pairs in splits.items():
                there = [s for s in found if s.split == split]
                assert sum(len(s.scan.pairs) for s in there) == len(pairs)


def test_benchmarks_side_by_side(tmp_path):
    for name in FORMS:
        draw_benchmark(name, tmp_path / name)
    found = discover_pairs(tmp_path)
    assert {(s.folder.name, s.benchmark) for s in found} == {
        (name, benchmark.title) for name, benchmark in BENCHMARKS.items()
    }
    assert len({s.name for s in found}) == len(found)


def test_mixed_weathers_are_a_set_each(tmp_path):
    draw_benchmark("allweather", tmp_path / "allweather")
    draw_benchmark("cdd11", tmp_path / "cdd11")
    found = {s.name: s for s in discover_pairs(tmp_path)}
    for name, weather in (
        ("allweather/train/rain", "rain"),
        ("allweather/train/raindrop", "raindrop"),
        ("allweather/train/snow", "snow"),
        ("cdd11/test/haze", "haze"),
        ("cdd11/test/low_haze_rain", None),
    ):
        assert found[name].weather == weather
        assert len({pair.weather for pair in found[name].scan.pairs}) == 1
    assert len(found) == 3 + 2 * 11


def test_common_folders_alone_make_no_benchmark(draw):
    """AllWeather and Snow100K would read these."""
    root = draw(
        *("one/input/cat.png", "one/gt/cat.png"),
        *("two/rain/input/im_0001_s80_a04.png",),
        *("two/rain/gt/im_0001_s80_a04.png",),
        *("three/train/input/a.png", "three/train/gt/a.png"),
        *("four/synthetic/a.png", "four/gt/a.png"),
    )
    assert [(s[0], s[1], s[3]) for s in summary(root)] == [
        ("four", None, None),
        ("one", None, None),
        ("three/train", None, None),
        ("two", None, "rain"),
    ]


def test_links_that_lead_back_in_a_benchmark(tmp_path):
    draw_benchmark("cdd11", tmp_path)
    before = summary(tmp_path)
    for i in range(20):
        (tmp_path / f"CDD-11_train/rain/{i}").symlink_to(tmp_path)
    assert summary(tmp_path) == before


def test_links_are_followed_once_and_hidden_folders_never(draw):
    root = draw(
        *("sets/s/input/1.png", "sets/s/gt/1.png"),
        *(".hidden/input/1.png", ".hidden/gt/1.png"),
        *("__MACOSX/s/input/1.png", "__MACOSX/s/gt/1.png"),
        *("away/t/input/1.png", "away/t/gt/1.png"),
    )
    (root / "sets/loop").symlink_to(root / "sets")
    (root / "sets/self").symlink_to("self")
    (root / "sets/t").symlink_to(root / "away/t")
    (root / "sets/t again").symlink_to(root / "away/t")
    assert [found.name for found in discover_pairs(root / "sets")] == ["s", "t"]


def test_the_order_of_listings_plays_no_part(draw, monkeypatch):
    root = draw(
        *(f"{s}/rain/{k}/{i}.png" for s in "ab" for k in ("input", "gt")
          for i in range(4)),
    )  # fmt: skip
    expected = discover_pairs(root)
    listdir, scandir = os.listdir, os.scandir

    class Shuffled:
        def __init__(self, path):
            with scandir(path) as entries:
                self.entries = list(entries)
            random.Random(str(path)).shuffle(self.entries)

        def __enter__(self):
            return iter(self.entries)

        def __exit__(self, *_):
            pass

    def shuffled(path="."):
        names = listdir(path)
        random.Random(str(path)).shuffle(names)
        return names

    monkeypatch.setattr(os, "scandir", Shuffled)
    monkeypatch.setattr(os, "listdir", shuffled)
    assert discover_pairs(root) == expected


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no such folder"):
        discover_pairs(tmp_path / "nowhere")
    assert discover_pairs(tmp_path) == []


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="root may read every folder",
)
def test_a_folder_that_cannot_be_read(draw):
    root = draw("s/input/1.png", "s/gt/1.png")
    (root / "s/gt").chmod(0)
    try:
        with pytest.raises(PermissionError, match="gt: the folder cannot"):
            discover_pairs(root)
    finally:
        (root / "s/gt").chmod(0o700)


@pytest.mark.shared_data
def test_the_development_images(shared_data):
    assert summary(shared_data / "test") == [
        ("ohaze", None, "test", "haze", 10),
        ("outdoorrain_test1_sample", None, "test", "rain", 4),
        ("rain100l_test", None, "test", "rain", 100),
        ("raindrop_sample", None, "test", "raindrop", 4),
        ("sots_outdoor_sample", None, "test", "haze", 35),
    ]
