import itertools
import os
import socket
import time

_numbers = itertools.count()


class EventFile:
    """Writes scalars for TensorBoard, without TensorFlow.

    Needs the package `tensorboard` alone. Every session of a run makes a file
    of its own.

    Args:
        folder: string or path. Made if it does not exist.
        step: int. The first step that will be written: TensorBoard forgets
            what an earlier session wrote from there on.

    Raises:
        ImportError: If `tensorboard` is not installed.

    Example:

    ```python
    events = keras_muirf.diagnostics.event_file.EventFile("run/tensorboard")
    events.write(100, {"conflicts_before": 0.5})
    ```
    """

    def __init__(self, folder, step=0):
        events, writer = import_tensorboard()
        os.makedirs(folder, exist_ok=True)
        name = (
            f"events.out.tfevents.{int(time.time()):010d}."
            f"{socket.gethostname()}.{os.getpid()}.{next(_numbers)}"
        )
        self._events = events
        self._writer = writer.RecordWriter(
            open(os.path.join(folder, name), "ab")  # noqa: SIM115
        )
        start = events.SessionLog(status=events.SessionLog.START)
        self._add(0, file_version="brain.Event:2")
        self._add(step, session_log=start)
        self._writer.flush()

    def write(self, step, scalars):
        """Adds the scalars of one step.

        Args:
            step: int.
            scalars: dict from tags to floats.
        """
        event = self._events.Event(wall_time=time.time(), step=step)
        for tag, value in scalars.items():
            event.summary.value.add(tag=tag, simple_value=value)
        self._writer.write(event.SerializeToString())
        self._writer.flush()

    def close(self):
        """Closes the file."""
        self._writer.close()

    def _add(self, step, **content):
        event = self._events.Event(wall_time=time.time(), step=step, **content)
        self._writer.write(event.SerializeToString())


def import_tensorboard():
    """TensorBoard's event messages and its writer of records.

    Raises:
        ImportError: If `tensorboard` is not installed, with what to do.
    """
    # Not its EventFileWriter, nor PyTorch's or tensorboardX's: these import
    # TensorFlow or PyTorch wherever they are installed.
    try:
        from tensorboard.compat.proto import event_pb2
        from tensorboard.summary.writer import record_writer
    except ImportError as error:
        raise ImportError(
            "Writing for TensorBoard needs the package tensorboard: "
            "pip install tensorboard"
        ) from error
    return event_pb2, record_writer
