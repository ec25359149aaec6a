import io

from muirf.progress import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_bar_on_terminals_alone(monkeypatch):
    for stream, drawn in ((Terminal(), True), (io.StringIO(), False)):
        monkeypatch.setattr("sys.stderr", stream)
        with progress_bar(3) as step:
            for name in ("one", "two", "three"):
                step(name)
        assert ("three" in stream.getvalue()) == drawn
