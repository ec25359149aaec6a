import os

import pytest

from keras_muirf.replaced_folder import replaced_folder


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path):
    place = tmp_path / "made" / "place"
    with replaced_folder(place) as new:
        (new / "a").write_text("1")
        assert not place.exists()
    for error in (OSError, KeyboardInterrupt):
        with pytest.raises(error), replaced_folder(place) as new:
            (new / "b").write_text("2")
            raise error
        assert os.listdir(place) == ["a"]
        assert os.listdir(place.parent) == ["place"]
    with replaced_folder(place) as new:
        (new / "b").write_text("2")
    assert os.listdir(place) == ["b"]
    assert os.listdir(place.parent) == ["place"]


def test_what_a_killed_process_left_is_put_right(tmp_path):
    # It died between the two renames, and an earlier one while it wrote.
    (tmp_path / ".place.old").mkdir()
    (tmp_path / ".place.old" / "a").write_text("1")
    (tmp_path / ".place.part").mkdir()
    with pytest.raises(OSError), replaced_folder(tmp_path / "place"):
        raise OSError
    assert os.listdir(tmp_path) == ["place"]
    assert os.listdir(tmp_path / "place") == ["a"]
