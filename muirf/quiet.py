import contextlib
import os
import re
import sys
import tempfile

_NOTE = re.compile(
    r"WARNING: All log messages before absl|[IW]\d{4} |"
    # Where there is no GPU that is no error; and LiteRT's greeting.
    r"E\d{4} .*failed call to cuInit|INFO: Created TensorFlow Lite |"
    "To enable the following instructions: "
)


@contextlib.contextmanager
def quiet_startup():
    """Holds back the notes that TensorFlow writes when it is imported.

    No setting of its own stops those on oneDNN and CUDA, and Keras imports
    TensorFlow, where it is installed, with every backend. What else is
    written to standard error meanwhile follows afterwards.
    """
    try:
        terminal = os.dup(2)
    except OSError:
        # There is no standard error.
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(terminal, 2)
            os.close(terminal)
            held.seek(0)
            for line in held.read().decode(errors="replace").splitlines():
                if not _NOTE.match(line):
                    print(line, file=sys.stderr)
