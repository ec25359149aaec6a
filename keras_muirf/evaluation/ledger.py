import csv
import json
import os
from pathlib import Path

from keras_muirf.evaluation.protocol import FIGURES

KEYS = ("set", "name", "method", "protocol")
COLUMNS = (*KEYS, "weather", "seen", "probability", *FIGURES, "error")


class Ledger:
    """The table of all images, on disk while it grows.

    A run that is started again in the same folder reads what is there and
    measures the rest. Each row is written through to the disk; one that was
    cut short is measured again, as is one that failed.

    Args:
        folder: `None` for memory alone, or path of the folder, which is made.
        settings: Dictionary, what the figures depend on. A folder with other
            settings is refused.
        overwrite: Boolean. Begin anew in a folder that has been used.

    Raises:
        ValueError: If the folder holds figures of other settings, or files
            that are not of this kind.
    """

    def __init__(self, folder=None, settings=None, overwrite=False):
        self.rows = {}
        self._file = None
        if folder is None:
            return
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "images.csv"
        self._agree(folder / "settings.json", settings or {}, overwrite)
        if overwrite:
            self.path.unlink(missing_ok=True)
        self._read()
        self._rewrite()

    def __contains__(self, key):
        return key in self.rows

    def add(self, row):
        """Keeps a row, a dictionary of `COLUMNS`; the first of its kind."""
        key = tuple(row[key] for key in KEYS)
        if key in self.rows:
            return
        self.rows[key] = row
        if self._file is not None:
            self._writer.writerow(row)
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self):
        """Closes the file."""
        if self._file is not None:
            self._file.close()

    def _agree(self, path, settings, overwrite):
        text = json.dumps(settings, indent=2, sort_keys=True) + "\n"
        if path.exists() and not overwrite:
            try:
                before = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                before = {}
            differ = sorted(
                key
                for key in {*before, *settings}
                if before.get(key) != settings.get(key)
            )
            if differ:
                raise ValueError(
                    f"{path.parent} holds figures of another evaluation "
                    f"({', '.join(differ)} differ); name another folder, or "
                    "overwrite it."
                )
        elif self.path.exists() and not overwrite:
            raise ValueError(
                f"{path.parent} has an {self.path.name} of unknown origin; "
                "name another folder, or overwrite it."
            )
        _write_whole(path, text)

    def _read(self):
        if not self.path.exists():
            return
        with open(self.path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                # The last column is there only if the whole row is.
                if row.get("error") is None or row["error"]:
                    continue
                try:
                    for figure in (*FIGURES, "probability"):
                        row[figure] = float(row[figure] or "nan")
                except (TypeError, ValueError):
                    continue
                self.rows[tuple(row[key] for key in KEYS)] = row

    def _rewrite(self):
        temporary = self.path.with_suffix(".tmp")
        with open(temporary, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(self.rows.values())
        os.replace(temporary, self.path)
        self._file = open(self.path, "a", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._file, COLUMNS)


def _write_whole(path, text):
    temporary = path.with_suffix(".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)
