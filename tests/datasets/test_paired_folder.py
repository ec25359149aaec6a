import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_muirf.datasets import PairedFolder

STEMS = st.lists(
    st.text("ab1_.é-[]", min_size=1, max_size=4).filter(lambda s: s[0] != "."),
    min_size=1,
    max_size=5,
    unique_by=str.casefold,
)


def picture(value, size=(3, 2)):
    return np.full((*size, 3), value, "uint8")


@settings(deadline=None, max_examples=20)
@given(STEMS, st.randoms())
def test_pairs_by_name_whatever_the_suffix(stems, random):
    import pyvips

    with tempfile.TemporaryDirectory() as folder:
        for part, add in (("input", 100), ("gt", 0)):
            (Path(folder) / part).mkdir()
            for i, stem in enumerate(stems):
                suffix = random.choice([".png", ".PNG", ".webp", ".tif"])
                options = {"lossless": True} if suffix == ".webp" else {}
                pyvips.Image.new_from_array(picture(i + add)).write_to_file(
                    str(Path(folder) / part / (stem + suffix)), **options
                )
        pairs = PairedFolder(folder, "rain")
        assert sorted(pairs.names) == sorted(stems)
        for name, image, target in pairs.pairs():
            assert (image == stems.index(name) + 100).all()
            assert (target == stems.index(name)).all()


def test_partners_that_are_missing_are_named(tmp_path, save_image):
    save_image(tmp_path / "input" / "a.png", picture(0))
    save_image(tmp_path / "input" / "b.png", picture(0))
    save_image(tmp_path / "gt" / "b.png", picture(0))
    save_image(tmp_path / "gt" / "c.png", picture(0))
    with pytest.raises(ValueError) as error:
        PairedFolder(tmp_path, "rain")
    assert "a.png" in str(error.value)
    assert "c.png" in str(error.value)
    assert "b.png" not in str(error.value)


def test_sizes_that_differ_are_named(tmp_path, save_image):
    save_image(tmp_path / "input" / "a.png", picture(0, (3, 2)))
    save_image(tmp_path / "gt" / "a.png", picture(0, (2, 3)))
    with pytest.raises(ValueError, match="a.png is 2x3 and .*a.png 3x2"):
        PairedFolder(tmp_path, "rain")


def test_sizes_are_compared_upright(tmp_path, save_image):
    import pyvips

    save_image(tmp_path / "input" / "a.png", picture(0, (3, 2)))
    (tmp_path / "gt").mkdir()
    turned = pyvips.Image.new_from_array(picture(0, (2, 3))).copy()
    turned.set_type(pyvips.GValue.gint_type, "orientation", 6)
    turned.write_to_file(str(tmp_path / "gt" / "a.jpg"))
    image, target = PairedFolder(tmp_path, "rain")[0]
    assert image.shape == target.shape == (3, 2, 3)


def test_missing_folder_and_no_weather(tmp_path, save_image):
    save_image(tmp_path / "input" / "a.png", picture(0))
    with pytest.raises(FileNotFoundError, match="gt"):
        PairedFolder(tmp_path, "rain")
    with pytest.raises(ValueError, match="mixed"):
        PairedFolder(tmp_path, "mixed")


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("folder", "weather"),
    [("rain100l_train", "rain"), ("ohaze", "haze")],
)
def test_reads_real_pairs(shared_data, folder, weather):
    path = shared_data / "train" / "pairs" / folder / weather
    pairs = PairedFolder(path, weather)
    for image, target in (pairs[0], pairs[len(pairs) - 1]):
        assert image.shape == target.shape
        assert min(image.shape[:2]) > 200
        difference = np.abs(image.astype(int) - target).mean()
        assert 0.5 < difference < 120
