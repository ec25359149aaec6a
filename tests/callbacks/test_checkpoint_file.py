import json

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from keras_muirf.callbacks import DamagedCheckpoint
from keras_muirf.callbacks.checkpoint_file import read_checkpoint
from keras_muirf.callbacks.checkpoint_file import write_checkpoint

VALUES = [
    np.array([[1.5, -0.0], [np.float32(1e-45), 3e38]], "float32"),
    np.array(7, "int32"),
    np.array([], "float32"),
]
STATE = {"epoch": 3, "minutes": 0.1 + 0.2, "words": ["a", "ü"]}


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("checkpoint") / "file.zip"
    variables = [
        keras.Variable(v, dtype=str(v.dtype), trainable=False) for v in VALUES
    ]
    write_checkpoint(path, variables, STATE)
    return path


def is_whole(arrays, state):
    return state == STATE and all(
        found.dtype == kept.dtype and found.tobytes() == kept.tobytes()
        for (_, found), kept in zip(arrays, VALUES, strict=True)
    )


def test_values_are_kept_to_the_bit(path):
    assert is_whole(*read_checkpoint(path))


same_file = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@same_file
@given(st.data())
def test_a_file_that_is_cut_short_is_noticed(path, tmp_path, data):
    content = path.read_bytes()
    length = data.draw(st.integers(0, len(content) - 1))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(content[:length])
    with pytest.raises(DamagedCheckpoint, match="cut.zip is no whole"):
        read_checkpoint(cut)


@same_file
@given(st.data())
def test_a_flipped_bit_is_noticed_where_it_matters(path, tmp_path, data):
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(
        st.integers(0, 7)
    )
    spoilt = tmp_path / "spoilt.zip"
    spoilt.write_bytes(content)
    try:
        found = read_checkpoint(spoilt)
    except DamagedCheckpoint:
        return
    assert is_whole(*found)


def test_other_files_are_none(tmp_path):
    path = tmp_path / "other.json"
    path.write_text(json.dumps(STATE))
    with pytest.raises(DamagedCheckpoint):
        read_checkpoint(path)
    with pytest.raises(FileNotFoundError):
        read_checkpoint(tmp_path / "nowhere")
