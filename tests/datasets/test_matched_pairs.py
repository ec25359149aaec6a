import numpy as np
import pytest

from keras_muirf.datasets import MatchedPairs


def test_targets_fit_and_others_are_left_out(make_pairs, save_image):
    pairs = make_pairs("raindrop", scene=lambda name: f"scene {name}")
    other = np.random.default_rng(9).integers(0, 200, (24, 20, 3), "uint8")
    save_image(pairs.directory / "gt" / "2.png", other)
    matched = MatchedPairs(pairs)
    assert matched.names == ("0", "1", "3")
    assert matched.left_out == ("2",)
    assert matched.weather == "raindrop"
    assert matched.scenes == ("scene 0", "scene 1", "scene 3")
    for name, image, target in matched.pairs():
        # They differ by exposure alone.
        np.testing.assert_array_equal(image, pairs[int(name)][0])
        np.testing.assert_allclose(target, np.float32(image), atol=2)


@pytest.mark.parametrize("cache", [True, False])
def test_subsets_and_reading_anew_are_the_same(make_pairs, cache):
    matched = MatchedPairs(make_pairs("raindrop", cache=cache))
    rest, split_off = matched.split(0.25)
    assert len(rest) == 3
    (name,) = split_off.names
    for one, other in zip(split_off[0], matched.read(name), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_damaged_image_is_left_to_training(make_pairs):
    pairs = make_pairs("raindrop")
    (pairs.directory / "gt" / "1.png").write_bytes(b"no image")
    matched = MatchedPairs(pairs)
    assert matched.names == pairs.names
    assert matched.left_out == ()


def test_pairs_of_other_scenes_are_told(make_pairs, save_image):
    pairs = make_pairs("raindrop", count=1)
    other = np.random.default_rng(9).integers(0, 200, (24, 20, 3), "uint8")
    save_image(pairs.directory / "gt" / "0.png", other)
    with pytest.raises(ValueError, match="None of the 1 pairs agree in 25%"):
        MatchedPairs(pairs)


@pytest.mark.parametrize("least", [-0.1, 1.5])
def test_a_share_is_from_0_to_1(make_pairs, least):
    with pytest.raises(ValueError, match=f"least={least}"):
        MatchedPairs(make_pairs("raindrop"), least)


def test_another_source_is_refused(make_clean):
    with pytest.raises(ValueError, match="has to be a .*PairSource"):
        MatchedPairs(make_clean())
