"""The process that `export_preset` starts: `-m keras_muirf.export JOB`.

JOB is a JSON file with the arguments, in whose place comes the answer.
"""

import json
import pathlib
import sys

from keras_muirf.export.convert import convert
from keras_muirf.export.export_error import ExportError


def main(path):
    path = pathlib.Path(path)
    job = json.loads(path.read_text(encoding="utf-8"))
    try:
        answer = {"exported": convert(**job)}
    except (ExportError, OSError) as error:
        answer = {"error": str(error)}
    path.write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
