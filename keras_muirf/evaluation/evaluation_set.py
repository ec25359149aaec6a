import dataclasses
import hashlib
from typing import Any

from keras_muirf.file_sha256 import file_sha256


@dataclasses.dataclass
class EvaluationSet:
    """Pairs that are measured together, and what they are called.

    Args:
        name: String, for tables.
        source: Anything with `names` whose item `i` is the tuple
            `(input, target)` of uint8 arrays `(height, width, 3)`: a
            `keras_muirf.datasets.PairedFolder`, `BenchmarkPairs`,
            `TFDSPairs` or `Synthesized`.
        weather: String, the weather of all inputs, `"clear"` where there is
            none, or `None` where it is not known.
        files: List of the paths of the images, for the hash, or empty.
        details: String, what else the images depend on, for the hash.
    """

    name: str
    source: Any
    weather: str | None = None
    files: list = dataclasses.field(default_factory=list)
    details: str = ""

    def fingerprint(self):
        """SHA-256 of the names and of the contents of the files."""
        names = "\n".join((self.details, *self.source.names))
        digest = hashlib.sha256(names.encode())
        for path in self.files:
            digest.update(file_sha256(path).encode())
        return digest.hexdigest()


class Unweathered:
    """Photographs that are their own best restoration.

    Args:
        photographs: A `keras_muirf.datasets.CleanFolder`.
    """

    def __init__(self, photographs):
        self.photographs = photographs
        self.names = photographs.names

    def __getitem__(self, index):
        return self.photographs[index], self.photographs[index]
