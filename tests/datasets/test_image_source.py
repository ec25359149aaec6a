import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_muirf.datasets.image_source import ImageSource
from keras_muirf.datasets.image_source import list_images


class Counted(ImageSource):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.reads = []

    def read(self, name):
        self.reads.append(name)
        return np.zeros((1, 1, 3), "uint8")


def test_decodes_once_and_shares_with_subsets():
    source = Counted("abc")
    source[1], source.subset([1])[0], source[1]
    assert source.reads == ["b"]


def test_without_cache_decodes_every_time():
    source = Counted("abc", cache=False)
    source[1], source[1]
    assert source.reads == ["b", "b"]


@given(
    st.lists(st.integers(0, 99), min_size=2, unique=True),
    st.floats(0.01, 0.99),
    st.integers(0, 5),
)
def test_split_keeps_scenes_together(numbers, fraction, seed):
    names = [str(n) for n in numbers]
    source = Counted(names, scene=lambda name: name[0])
    if len(set(source.scenes)) < 2:
        with pytest.raises(ValueError, match="two scenes"):
            source.split(fraction, seed)
        return
    rest, split_off = source.split(fraction, seed)
    assert sorted(rest.names + split_off.names) == sorted(names)
    assert rest.names and split_off.names
    assert not set(rest.scenes) & set(split_off.scenes)
    assert source.split(fraction, seed)[1].names == split_off.names


def test_split_has_the_fraction_and_follows_the_seed():
    source = Counted([str(n) for n in range(100)])
    rest, split_off = source.split(0.2)
    assert (len(rest), len(split_off)) == (80, 20)
    assert source.split(0.2, seed=1)[1].names != split_off.names


@pytest.mark.parametrize("fraction", [0, 1, -0.1, float("nan")])
def test_split_rejects_the_fraction(fraction):
    with pytest.raises(ValueError, match="between 0 and 1"):
        Counted("abc").split(fraction)


def test_list_images_takes_images_only(tmp_path):
    for name in ("b.PNG", "a.jpg", "notes.txt", ".hidden.png"):
        (tmp_path / name).touch()
    (tmp_path / "folder.png").mkdir()
    assert list(list_images(tmp_path)) == ["a", "b"]


def test_list_images_rejects_two_of_a_stem(tmp_path):
    for name in ("a.jpg", "a.png"):
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=r"a\.jpg and a\.png"):
        list_images(tmp_path)


def test_list_images_rejects_empty_and_missing_folders(tmp_path):
    with pytest.raises(FileNotFoundError, match="no image"):
        list_images(tmp_path)
    with pytest.raises(FileNotFoundError, match="no folder .*nowhere"):
        list_images(tmp_path / "nowhere")
