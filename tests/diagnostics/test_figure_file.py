"""A file of figures under everything that may happen to it."""

import resource
import signal

import pytest

from keras_muirf.callbacks import NoSpaceLeft
from keras_muirf.diagnostics import Figure
from keras_muirf.diagnostics import FigureFile

FIGURES = [Figure("a", 0.5), Figure("b", -1.25e-7, "x/y", "rain", "haze")]
HEADER = "epoch,step,name,layer,task,other,value\n"


def rows(epoch):
    return f"{epoch},{epoch + 1},a,,,,0.5\n" + (
        f"{epoch},{epoch + 1},b,x/y,rain,haze,-1.25e-07\n"
    )


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run" / "diagnostics.csv"
    for epoch in range(3):
        FigureFile(path).append(epoch, epoch + 1, FIGURES)
    return path


def test_rows(path):
    assert path.read_text() == HEADER + rows(0) + rows(1) + rows(2)


@pytest.mark.parametrize("tail", ["", "3,4,a,,,,0.", "3", "\0\0"])
@pytest.mark.parametrize("epoch", [0, 2, 3])
def test_going_on_at_an_epoch(path, tail, epoch):
    whole = path.read_text()
    path.write_text(whole + tail)
    file = FigureFile(path)
    file.rewind(epoch)
    assert path.read_text() == HEADER + "".join(rows(e) for e in range(epoch))
    file.append(epoch, epoch + 1, FIGURES)
    assert path.read_text().endswith(rows(epoch))


@pytest.mark.parametrize("written", ["", "ep", HEADER[:-1], HEADER])
def test_a_process_that_died_within_the_header(tmp_path, written):
    path = tmp_path / "diagnostics.csv"
    path.write_text(written)
    file = FigureFile(path)
    file.rewind(0)
    file.append(0, 1, FIGURES)
    assert path.read_text() == HEADER + rows(0)


def test_another_file(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("epoch,loss\n0,1\n")
    with pytest.raises(ValueError, match="another file"):
        FigureFile(path)
    assert path.read_text() == "epoch,loss\n0,1\n"


def test_no_room(path):
    before = path.read_text()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 20, limits[1]))
    try:
        with pytest.raises(NoSpaceLeft, match="diagnostics.csv"):
            FigureFile(path).append(3, 4, FIGURES)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_text() == before
