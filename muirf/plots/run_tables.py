"""Reads the CSV files of a run's folder, whatever state they are in."""

import csv
import math
import typing

# `keras_muirf.diagnostics.figure_file.COLUMNS`; importing that starts Keras.
DIAGNOSTICS_COLUMNS = (
    "epoch",
    "step",
    "name",
    "layer",
    "task",
    "other",
    "value",
)


class Row(typing.NamedTuple):
    """One figure of one epoch, as `muirf plot-run` finds it."""

    epoch: int
    name: str
    layer: str
    task: str
    other: str
    value: float


def read_diagnostics(path):
    """Reads `diagnostics.csv`.

    Args:
        path: path of the file.

    Returns:
        A list of `Row`. A last line that was not finished is left out, and of
        figures that are there twice all but the last.

    Raises:
        ValueError: If it is another file.
    """
    lines = _lines(path)
    if lines:
        _require(DIAGNOSTICS_COLUMNS, lines[0][1], path)
    rows = {}
    for number, cells in lines[1:]:
        try:
            cell = dict(zip(lines[0][1], cells, strict=True))
            row = Row(
                int(cell["epoch"]),
                *(cell[name] for name in ("name", "layer", "task", "other")),
                float(cell["value"]),
            )
        except ValueError:
            raise ValueError(
                f"{path}, line {number}, is no row of figures."
            ) from None
        rows[row[:5]] = row
    return list(rows.values())


def read_log(path):
    """Reads `log.csv`, the losses and metrics of every epoch.

    Args:
        path: path of the file.

    Returns:
        A dict from a column's name to a dict from epoch to value. Cells
        without a number are left out, and an epoch's rows but the last.

    Raises:
        ValueError: If it is another file.
    """
    lines = _lines(path)
    if not lines:
        return {}
    _require(("epoch",), lines[0][1], path)
    columns = lines[0][1]
    log = {name: {} for name in columns if name != "epoch"}
    for number, cells in lines[1:]:
        row = dict(zip(columns, cells, strict=False))
        epoch = _number(row["epoch"])
        if epoch is None:
            raise ValueError(f"{path}, line {number}, has no epoch.")
        for name in log:
            value = _number(row.get(name))
            log[name].pop(epoch, None)
            if value is not None:
                log[name][int(epoch)] = value
    return {name: values for name, values in log.items() if values}


def _lines(path):
    """The cells of every line, with its number, but for an unfinished one."""
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        text = file.read()
    whole = text[: text.rfind("\n") + 1].splitlines()
    return list(enumerate(csv.reader(whole), 1))


def _require(columns, there, path):
    missing = [name for name in columns if name not in there]
    if missing:
        raise ValueError(
            f"{path} is another file: it lacks the columns "
            f"{', '.join(missing)}."
        )


def _number(cell):
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
