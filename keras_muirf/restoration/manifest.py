import json
import os

from keras_muirf.durable_file import append
from keras_muirf.durable_file import size_of
from keras_muirf.restoration.file_outcome import RESTORED


class Manifest:
    """A file that tells what became of every file, one JSON object a line.

    Every line is on the disk before the next file is begun, so that a run that
    was broken off goes on where it stopped. A line that was cut short is
    passed over.

    Args:
        path: string or `Path`. Lines are added to a file that is there.
        made_with: dict of what decides how results look, such as the hash of
            the weights; becomes part of every line.

    Raises:
        OSError: the file cannot be read.

    Example:

    ```python
    manifest = keras_muirf.restoration.Manifest("run.jsonl", {"weights": "1a"})
    if not manifest.has("photo.jpg", "restored.jpg"):
        manifest.add(worker("photo.jpg", "restored.jpg"))
    ```
    """

    def __init__(self, path, made_with):
        self.path = os.fspath(path)
        self.made_with = made_with
        self._done = {}
        if size_of(self.path):
            with open(self.path, encoding="utf-8") as file:
                for line in file:
                    self._read(line)

    def has(self, source, target):
        """Whether a file was restored in this way, and nothing has changed.

        Args:
            source: string or `Path`.
            target: string or `Path`.

        Returns:
            A bool. `False` if the source is not the one that was restored,
            or the target is no longer there.
        """
        line = self._done.get((os.fspath(source), os.fspath(target)))
        return (
            line is not None
            and os.path.exists(target)
            and line.items() >= {**self.made_with, **_state(source)}.items()
        )

    def add(self, outcome):
        """Writes the line of a file.

        Args:
            outcome: `FileOutcome`.

        Raises:
            OSError: the line cannot be written.
        """
        line = {
            **outcome.as_dict(),
            **_state(outcome.source),
            **self.made_with,
        }
        text = json.dumps(line) + "\n"
        # A run that was killed may have left half a line.
        if not self._ends_with_a_line():
            text = "\n" + text
        append(self.path, text.encode())
        self._read(text)

    def _read(self, text):
        try:
            line = json.loads(text)
            if line["status"] == RESTORED:
                self._done[line["input"], line["output"]] = line
        except (KeyError, TypeError, ValueError):
            pass

    def _ends_with_a_line(self):
        if not size_of(self.path):
            return True
        with open(self.path, "rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read() == b"\n"


def _state(source):
    """What tells one content of a file from another, without reading it."""
    try:
        found = os.stat(source)
    except (OSError, ValueError):
        return {}
    return {"input_bytes": found.st_size, "input_changed": found.st_mtime_ns}
