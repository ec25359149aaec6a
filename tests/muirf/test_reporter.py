import dataclasses
import io
from pathlib import Path

from rich.console import Console

from keras_muirf.restoration import FileOutcome
from keras_muirf.restoration import RestorationRecord
from keras_muirf.restoration import VideoRecord
from muirf.reporter import Reporter

RECORD = RestorationRecord(
    Path("a[b].jpg"), Path("out/a[b].jpg"), "rain", 0.934, 640, 480, 1.26
)
DONE = FileOutcome(RECORD.source, RECORD.target, "restored", record=RECORD)
BAD = FileOutcome(
    Path("b.jpg"), Path("c.jpg"), "failed", "b.jpg: the file\nis empty."
)
SKIPPED = dataclasses.replace(BAD, status="skipped")
LINE = "a[b].jpg: rain 93 %, 640x480, 1.3 s -> out/a[b].jpg"


def test_plain_lines(capsys):
    with Reporter(4) as reporter:
        for tell in (
            lambda: reporter.outcome(DONE),
            lambda: reporter.outcome(DONE, given=True),
            lambda: reporter.outcome(BAD),
            lambda: reporter.outcome(SKIPPED),
        ):
            reporter.begin(Path("a.jpg"))
            tell()
        reporter.finish(4.04)
    told = capsys.readouterr()
    assert told.out.splitlines() == [
        LINE,
        LINE.replace("rain", "looks like rain"),
        "2 of 4 restored, 1 skipped, 1 failed, 4.0 s",
    ]
    assert told.err == "Error: b.jpg: the file\\nis empty.\n"


def test_the_line_of_a_video(capsys):
    video = VideoRecord(
        *(Path("a.mp4"), Path("b.mp4"), "haze", 0.5, 64, 48, 2.0),
        **{"frames": 50, "damaged": 2, "left_out": ("x", "y")},
    )
    with Reporter(2) as reporter:
        reporter.frame(Path("a.mp4"), 1, 50)
        for record in (
            video,
            dataclasses.replace(video, damaged=0, left_out=()),
        ):
            reporter.outcome(dataclasses.replace(DONE, record=record))
    line = "a.mp4: haze 50 %, 64x48, 50 frames, 2.0 s -> b.mp4"
    assert capsys.readouterr().out.splitlines() == [
        f"{line} (without x, y, 2 damaged frames)",
        line,
    ]


def test_a_bar_on_a_terminal(capsys):
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=100)
    with Reporter(2, console) as reporter:
        reporter.begin(Path("some/a[b].jpg"))
        reporter.outcome(DONE)
        reporter.begin(Path("b.mp4"))
        reporter.frame(Path("b.mp4"), 7, 250)
        reporter._progress.refresh()
        reporter.frame(Path("b.mp4"), 8, None)
        reporter._progress.refresh()
        reporter.begin(Path("b.jpg"))
        reporter.outcome(BAD)
        reporter.finish(4.04)
    shown = screen.getvalue()
    assert LINE in shown
    assert "2/2" in shown
    assert "b.mp4, frame 7 of 250" in shown
    assert "b.mp4, frame 8 " in shown
    # Standard error is no terminal here: the failure is not lost on the bar.
    told = capsys.readouterr()
    assert "b.jpg: the file\\nis empty." in told.err
    assert told.out == "1 of 2 restored, 1 failed, 4.0 s\n"
