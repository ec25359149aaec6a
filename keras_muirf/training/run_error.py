import sys


class RunError(Exception):
    """A run that cannot begin or go on, for a reason that is no bug.

    The message is one line for the person who started it. A recipe that ends
    with it shows that line alone.

    Args:
        message: string.
        exit_code: int, that of the process. Defaults to `1`.
    """

    def __init__(self, message: str, exit_code: int = 1):
        super().__init__(" ".join(str(message).split()))
        self.exit_code = exit_code


def show_run_errors():
    """Lets a script that ends with a `RunError` show its line alone."""
    before = sys.excepthook
    # torch.distributed takes another for the time of this call, and loses what
    # is written to it where the call does not return.
    stream = sys.stderr

    def show(kind, error, traceback):
        if issubclass(kind, RunError):
            print(f"Error: {error}", file=stream, flush=True)
            sys.stdout.flush()
            raise SystemExit(error.exit_code)
        before(kind, error, traceback)

    sys.excepthook = show
