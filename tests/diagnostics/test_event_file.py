"""TensorBoard's own reader on the events, without a backend in the process."""

import subprocess
import sys

import pytest

pytest.importorskip("tensorboard")

CODE = """
import sys, importlib.util, pathlib

# Not through the package, whose import starts Keras.
spec = importlib.util.spec_from_file_location("event_file", sys.argv[1])
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
for step in (3, 5):
    events = module.EventFile(sys.argv[2], step)
    events.write(step, {"gradient_cosine/rain-haze": -0.25, "a": step})
    events.close()
assert not {"tensorflow", "torch", "jax"} & set(sys.modules)

from tensorboard.compat.proto import event_pb2
from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import (
    PyRecordReader_New,
)
from tensorboard.compat.tensorflow_stub import errors

paths = sorted(pathlib.Path(sys.argv[2]).iterdir())
assert len(paths) == 2, paths
for path, step in zip(paths, (3, 5)):
    reader, events = PyRecordReader_New(str(path)), []
    try:
        while True:
            reader.GetNext()  # checks the checksums
            events.append(event_pb2.Event.FromString(reader.record()))
    except errors.OutOfRangeError:
        pass
    first, start, scalars = events
    assert first.file_version == "brain.Event:2"
    assert start.step == step
    assert start.session_log.status == event_pb2.SessionLog.START
    assert scalars.step == step
    values = {v.tag: v.simple_value for v in scalars.summary.value}
    assert values == {"gradient_cosine/rain-haze": -0.25, "a": step}
"""


def test_two_sessions(tmp_path):
    import keras_muirf.diagnostics.event_file as event_file

    process = subprocess.run(
        [sys.executable, "-c", CODE, event_file.__file__, tmp_path / "events"],
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
