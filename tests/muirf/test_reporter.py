import io
from pathlib import Path

from rich.console import Console

from keras_muirf.restoration import RestorationRecord
from muirf.reporter import Reporter

RECORD = RestorationRecord(
    Path("a[b].jpg"), Path("out/a[b].jpg"), "rain", 0.934, 640, 480, 1.26
)
LINE = "a[b].jpg: rain 93 %, 640x480, 1.3 s -> out/a[b].jpg"


def test_plain_lines(capsys):
    with Reporter(3) as reporter:
        for tell in (
            lambda: reporter.success(RECORD),
            lambda: reporter.success(RECORD, given=True),
            lambda: reporter.failure("b.jpg: the file is empty."),
        ):
            reporter.begin(Path("a.jpg"))
            tell()
        reporter.finish(4.04)
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        LINE,
        LINE.replace("rain", "looks like rain"),
        "2 of 3 restored, 1 failed, 4.0 s",
    ]
    assert told.err == "Error: b.jpg: the file is empty.\n"


def test_a_bar_on_a_terminal(capsys):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    with Reporter(2, console) as reporter:
        reporter.begin(Path("some/a[b].jpg"))
        reporter.success(RECORD)
        reporter.begin(Path("b.jpg"))
        reporter.failure("b.jpg: the file is empty.")
        reporter.finish(4.04)
    shown = screen.getvalue()
    assert LINE in shown
    assert "2/2" in shown
    # Standard error is no terminal here: the failure is not lost on the bar.
    told = capsys.readouterr()
    assert "b.jpg: the file is empty." in told.err
    assert told.out == "1 of 2 restored, 1 failed, 4.0 s\n"
