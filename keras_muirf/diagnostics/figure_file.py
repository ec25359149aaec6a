import csv
import io
import os

from keras_muirf.durable_file import append
from keras_muirf.durable_file import replaced_file
from keras_muirf.durable_file import size_of

COLUMNS = ("epoch", "step", "name", "layer", "task", "other", "value")
HEADER = ",".join(COLUMNS) + "\n"


class FigureFile:
    """A CSV file of figures, one a row, that survives a killed process.

    The columns are `epoch`, `step` (the optimizer's), and those of
    `keras_muirf.diagnostics.Figure`. The figures of an epoch are written
    together and forced to the disk.

    Args:
        filepath: string or path. A file that is there must be one of these.

    Raises:
        ValueError: If there is another file of that name.

    Example:

    ```python
    file = keras_muirf.diagnostics.FigureFile("run/diagnostics.csv")
    file.rewind(3)
    file.append(3, 800, [keras_muirf.diagnostics.Figure("loss", 0.1)])
    ```
    """

    def __init__(self, filepath):
        self.filepath = os.fspath(filepath)
        self._check()

    def rewind(self, epoch: int):
        """Drops what a broken off or repeated epoch has left.

        Args:
            epoch: int. The epoch that will be written next; its rows, later
                ones and a row that was not finished are removed.
        """
        self._check()
        if not size_of(self.filepath):
            return
        with open(self.filepath, encoding="utf-8", errors="replace") as file:
            lines = file.readlines()
        kept = [line for line in lines if _is_before(line, epoch)]
        if kept != lines:
            with replaced_file(self.filepath, "w", encoding="utf-8") as file:
                file.writelines(kept)

    def append(self, epoch: int, step: int, figures):
        """Writes the figures of an epoch.

        Args:
            epoch: int.
            step: int, training steps until then.
            figures: list of `keras_muirf.diagnostics.Figure`.

        Raises:
            NoSpaceLeft: If there is no room for them; nothing is written.
        """
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        if not size_of(self.filepath):
            writer.writerow(COLUMNS)
        for f in figures:
            value = format(f.value, ".6g")
            writer.writerow(
                (epoch, step, f.name, f.layer, f.task, f.other, value)
            )
        append(self.filepath, text.getvalue().encode("utf-8"))

    def _check(self):
        if not size_of(self.filepath):
            return
        with open(self.filepath, encoding="utf-8", errors="replace") as file:
            first = file.readline()
        # A process may have died within the first line.
        if not HEADER.startswith(first):
            raise ValueError(
                "`filepath` must name a file of figures with the columns "
                f"{HEADER.strip()}, or none yet. "
                f"Received: filepath={self.filepath!r}, which is another file"
            )


def _is_before(line, epoch):
    """Whether a line is whole, and the header or of an earlier epoch."""
    number = line.split(",", 1)[0]
    return line == HEADER or (
        line.endswith("\n") and number.isdigit() and int(number) < epoch
    )
