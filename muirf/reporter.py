import sys

import click

from muirf.words import printable


class Reporter:
    """Tells how a run goes: a line per image, with a bar on a terminal.

    Results go to standard output, failures to standard error.

    Args:
        total: int. How many images there are.
        console: `rich.console.Console` to draw the bar on, or `None` to draw
            one if standard output is a terminal.
    """

    def __init__(self, total, console=None):
        self.total = total
        self.restored = 0
        self.failed = 0
        self.skipped = 0
        self._progress = None
        if console is not None or sys.stdout.isatty():
            self._progress = _progress_bar(console)
            self._task = self._progress.add_task("", total=total)

    def __enter__(self):
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_):
        if self._progress:
            self._progress.stop()

    def begin(self, source):
        """An image's turn has come."""
        if self._progress:
            name = printable(source.name)
            self._progress.update(self._task, description=name)

    def frame(self, source, done, total):
        """A frame of a video was restored.

        Args:
            source: `Path` of the video.
            done: int. How many of its frames are.
            total: int or `None`. How many there are.
        """
        if self._progress:
            name = printable(source.name)
            of = f" of {total}" if total else ""
            self._progress.update(
                self._task, description=f"{name}, frame {done}{of}"
            )

    def outcome(self, outcome, given=False):
        """A file is done with.

        Args:
            outcome: `keras_muirf.restoration.FileOutcome`.
            given: bool. Whether the weather was named rather than found.
        """
        if outcome.status == "restored":
            self._success(outcome.record, given)
        elif outcome.status == "skipped":
            self.skipped += 1
        else:
            self.failed += 1
            self._print(f"Error: {printable(outcome.why)}", error=True)
        if self._progress:
            self._progress.advance(self._task)

    def _success(self, record, given):
        self.restored += 1
        seen = f"{record.weather} {100 * record.probability:.0f} %"
        self._print(
            f"{printable(record.source)}: "
            f"{'looks like ' if given else ''}{seen}, "
            f"{record.width}x{record.height}, {_frames(record)}"
            f"{record.seconds:.1f} s -> "
            f"{printable(record.target)}{_losses(record)}"
        )

    def finish(self, seconds, interrupted=False):
        """Everything is done, or the run was broken off."""
        if self._progress:
            self._progress.stop()
            self._progress = None
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        failed = f", {self.failed} failed" if self.failed else ""
        start = "Interrupted: " if interrupted else ""
        click.echo(
            f"{start}{self.restored} of {self.total} restored"
            f"{skipped}{failed}, {seconds:.1f} s",
            err=interrupted,
        )

    def _print(self, line, error=False):
        # Above the bar where both are on the terminal.
        if self._progress and (not error or sys.stderr.isatty()):
            self._progress.console.print(
                line,
                style="red" if error else None,
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
        else:
            click.echo(line, err=error)


def _frames(record):
    frames = getattr(record, "frames", None)
    return "" if frames is None else f"{frames} frames, "


def _losses(record):
    """What a video has lost, in brackets."""
    losses = list(getattr(record, "left_out", ()))
    if losses:
        losses[0] = f"without {losses[0]}"
    if damaged := getattr(record, "damaged", 0):
        losses.append(f"{damaged} damaged frames")
    return f" ({', '.join(losses)})" if losses else ""


def _progress_bar(console):
    from rich.progress import BarColumn
    from rich.progress import MofNCompleteColumn
    from rich.progress import Progress
    from rich.progress import TextColumn
    from rich.progress import TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
