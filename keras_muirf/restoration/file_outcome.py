import os
from dataclasses import dataclass
from pathlib import Path

from keras_muirf.restoration.restoration_record import RestorationRecord

RESTORED = "restored"
SKIPPED = "skipped"
FAILED = "failed"


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file.

    Args:
        source: `Path`. The file to read.
        target: `Path`. The file to write.
        status: `"restored"`, `"skipped"` or `"failed"`.
        why: string. One sentence on why it was skipped or failed.
        record: `RestorationRecord` or `VideoRecord` of a restored file.
    """

    source: Path
    target: Path
    status: str
    why: str = ""
    record: RestorationRecord | None = None

    def as_dict(self):
        """All of it in types that JSON knows."""
        told = {
            "input": os.fspath(self.source),
            "output": os.fspath(self.target),
            "status": self.status,
        }
        if self.record is None:
            return {**told, "why": self.why}
        rest = dict(vars(self.record))
        del rest["source"], rest["target"]
        return {**told, **rest}
