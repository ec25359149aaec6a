import errno

import pytest

from keras_muirf.callbacks import NoSpaceLeft
from keras_muirf.durable_file import replaced_file


def test_a_file_takes_its_place_when_it_is_complete(tmp_path):
    path = tmp_path / "new" / "file"
    for content in ("first", "second"):
        with replaced_file(path, "w") as file:
            file.write(content)
            if content == "second":
                assert path.read_text() == "first"
    assert path.read_text() == "second"
    assert list(path.parent.iterdir()) == [path]


def test_an_error_leaves_what_was_there(tmp_path):
    path = tmp_path / "file"
    path.write_text("first")
    with pytest.raises(ZeroDivisionError), replaced_file(path, "w") as file:
        file.write("sec")
        1 / 0  # noqa: B018
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_is_named_with_its_room(tmp_path, full_disk):
    path = tmp_path / "file"
    path.write_bytes(b"first")
    with (
        full_disk(1000),
        pytest.raises(NoSpaceLeft, match=rf"{path} cannot .* [kMG]?B free"),
        replaced_file(path) as file,
    ):
        file.write(bytes(100_000))
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_other_errors_stay_what_they_are(tmp_path):
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError) as error:
        with replaced_file(tmp_path / "folder") as file:
            file.write(b"")
    assert error.value.errno == errno.EISDIR
