from pathlib import Path

import numpy as np
import pytest

from keras_muirf.datasets import PairSource
from keras_muirf.datasets.layouts import ImagePair


def pair(name, target, weather="haze", **options):
    return ImagePair(name, Path(f"hazy/{name}.png"), target, weather, **options)


@pytest.fixture
def tree():
    """Three scenes, two with two inputs each."""
    clear = Path("clear")
    return [
        pair("1_a", clear / "1.png"),
        pair("1_b", clear / "1.png"),
        pair("2_a", clear / "2.png"),
        pair("10_a", clear / "10.png"),
        pair("10_b", clear / "10.jpg"),
    ]


def test_reads_its_pairs(tmp_path, save_image, rng):
    target = rng.integers(0, 200, (5, 4, 3), "uint8")
    save_image(tmp_path / "clear.png", target)
    save_image(tmp_path / "hazy.png", target + np.uint8(9))
    source = PairSource(
        [ImagePair("a", tmp_path / "hazy.png", tmp_path / "clear.png", "haze")]
    )
    ((name, image, clean),) = source.pairs()
    assert (name, source.weather) == ("a", "haze")
    assert (clean == target).all() and (image == target + np.uint8(9)).all()


def test_inputs_of_one_target_stay_together(tree):
    for seed in range(8):
        parts = PairSource(tree).split(0.4, seed=seed)
        numbers = [{name.split("_")[0] for name in p.names} for p in parts]
        assert not numbers[0] & numbers[1]
        assert sum(map(len, numbers)) == 3


def test_a_split_does_not_depend_on_the_folder(tree):
    moved = [
        pair(p.name, Path("elsewhere") / p.target.with_suffix(".tif"))
        for p in tree
    ]
    for seed in range(8):
        a, b = (PairSource(p).split(0.4, seed=seed)[1] for p in (tree, moved))
        assert a.names == b.names


def test_scenes_by_name(tree):
    source = PairSource(tree, scene=lambda name: name[-1])
    assert source.scenes == ("a", "b", "a", "a", "b")


def test_weathers_are_one_or_named(tree):
    mixed = [*tree, pair("3", Path("3.png"), "rain")]
    with pytest.raises(ValueError, match="pairs of: haze, rain"):
        PairSource(mixed)
    assert PairSource(mixed, weather="haze").weather == "haze"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda pairs: [], "one pair at least"),
        (lambda pairs: [*pairs, pair("x", None)], "have none, x the first"),
        (lambda pairs: pairs + pairs[:1], "several are called 1_a"),
    ],
)
def test_rejects_pairs(tree, change, message):
    with pytest.raises(ValueError, match=message):
        PairSource(change(tree))
