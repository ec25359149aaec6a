import csv

import pytest

from keras_muirf.callbacks import EpochLog
from keras_muirf.callbacks import NoSpaceLeft


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_epoch_has_a_row(tmp_path):
    path = tmp_path / "run" / "log.csv"
    log = EpochLog(path, counts=["bad_steps"])
    log.on_epoch_end(0, {"loss": 0.1 + 0.2, "psnr": 21})
    # Another session, and columns that are new or not there.
    log = EpochLog(path, counts=["bad_steps"])
    log.on_epoch_end(1, {"loss": 0.5, "bad_steps": 3, "more": 1})
    assert rows(path) == [
        {
            "epoch": "0",
            "bad_steps": "0",
            "loss": "0.30000000000000004",
            "psnr": "21",
        },
        {"epoch": "1", "bad_steps": "3", "loss": "0.5", "psnr": ""},
    ]


def test_it_goes_on_where_a_checkpoint_was(tmp_path):
    log = EpochLog(tmp_path / "log.csv")
    log.on_epoch_end(0, {"loss": 1.0})
    state = log.get_state()
    log.on_epoch_end(1, {"loss": 2.0})
    log.set_state(state)
    log.on_epoch_end(1, {"loss": 3.0})
    assert [row["loss"] for row in rows(log.filepath)] == ["1.0", "3.0"]
    log.set_state({"bytes": 0})
    log.on_epoch_end(0, {"other": 4.0})
    assert rows(log.filepath) == [{"epoch": "0", "other": "4.0"}]


def test_missing_rows_are_said(tmp_path, caplog):
    log = EpochLog(tmp_path / "log.csv")
    log.on_epoch_end(0, {"loss": 1.0})
    log.set_state({"bytes": 1000})
    (record,) = [r for r in caplog.records if r.name == "keras_muirf"]
    assert "log.csv is shorter" in record.getMessage()
    assert len(rows(log.filepath)) == 1


def test_a_row_is_written_whole_or_not_at_all(tmp_path, full_disk):
    log = EpochLog(tmp_path / "log.csv")
    log.on_epoch_end(0, {"loss": 1.0})
    before = (tmp_path / "log.csv").read_bytes()
    with (
        full_disk(len(before) + 3),
        pytest.raises(NoSpaceLeft, match="log.csv"),
    ):
        log.on_epoch_end(1, {"loss": 2.0})
    assert (tmp_path / "log.csv").read_bytes() == before


def test_one_process_of_several_writes(tmp_path):
    log = EpochLog(tmp_path / "log.csv", writes=False)
    log.on_epoch_end(0, {"loss": 1.0})
    log.set_state({"bytes": 0})
    assert list(tmp_path.iterdir()) == []
