import contextlib
import sys


@contextlib.contextmanager
def progress_bar(total):
    """A bar on standard error, where that is a terminal.

    Args:
        total: int. How many steps there are.

    Yields:
        A function that is called after every step, with a description of
        what is being done or without.
    """
    if not sys.stderr.isatty():
        yield lambda description="": None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=total)

        def step(description=""):
            progress.update(task, advance=1, description=description)

        yield step
