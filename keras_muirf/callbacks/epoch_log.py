import csv
import io
import logging
import os

import keras

from keras_muirf.durable_file import append
from keras_muirf.durable_file import size_of


class EpochLog(keras.callbacks.Callback):
    """Writes what `fit` logs into a CSV file, one row for every epoch.

    Unlike `keras.callbacks.CSVLogger` it goes on with a file at the place that
    a checkpoint remembers: rows of epochs that are trained once more are cut
    off before. A row is written at once and forced to the disk, or not at all.

    Args:
        filepath: string or path of the file. Rows are added to one that is
            there, in its columns.
        counts: list of strings: columns that are there from the beginning, 0
            where an epoch does not log them. Defaults to none.
        writes: bool. `False` writes nothing: for all but one of the processes
            that train together. Defaults to `True`.

    Raises:
        NoSpaceLeft: At the end of an epoch, if there is no room for the row.

    Example:

    ```python
    log = keras_muirf.callbacks.EpochLog("run/log.csv")
    restorer.fit(dataset, epochs=10, callbacks=[log])
    ```
    """

    def __init__(self, filepath, counts=(), writes: bool = True):
        super().__init__()
        self.filepath = os.fspath(filepath)
        self.counts = tuple(counts)
        self.writes = writes

    def get_state(self):
        """What `set_state` needs to go on: the length of the file."""
        return {"bytes": size_of(self.filepath)}

    def set_state(self, state):
        """Cuts off what was written after `get_state` had given `state`."""
        if not self.writes:
            return
        if size_of(self.filepath) < state["bytes"]:
            logging.getLogger("keras_muirf").warning(
                "%s is shorter than it was when the checkpoint was written; "
                "it goes on with rows missing.",
                self.filepath,
            )
        elif size_of(self.filepath):
            os.truncate(self.filepath, state["bytes"])

    def on_epoch_end(self, epoch, logs=None):
        if not self.writes:
            return
        row = {**dict.fromkeys(self.counts, 0), **(logs or {})}
        columns = self._columns()
        text = io.StringIO(newline="")
        writer = csv.DictWriter(
            text,
            columns or ["epoch", *sorted(row)],
            extrasaction="ignore",
            lineterminator="\n",
        )
        if not columns:
            writer.writeheader()
        writer.writerow({"epoch": epoch, **row})
        append(self.filepath, text.getvalue().encode("utf-8"))

    def _columns(self):
        if not size_of(self.filepath):
            return None
        with open(self.filepath, encoding="utf-8", newline="") as file:
            return next(csv.reader(file))
