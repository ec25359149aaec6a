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
    lines = _lines(path, DIAGNOSTICS_COLUMNS)
    rows = {}
    for number, cells in lines:
        try:
            if len(cells) != len(DIAGNOSTICS_COLUMNS):
                raise ValueError
            epoch, _, name, layer, task, other, value = cells
            row = Row(int(epoch), name, layer, task, other, float(value))
        except ValueError:
            raise ValueError(
                f"{path}, line {number}: is no row of figures."
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
    lines = list(_lines(path, ("epoch",), header=True))
    columns = lines[0][1]
    log = {name: {} for name in columns if name != "epoch"}
    for number, cells in lines[1:]:
        row = dict(zip(columns, cells, strict=False))
        epoch = _number(row["epoch"])
        if epoch is None:
            raise ValueError(f"{path}, line {number}: has no epoch.")
        for name in log:
            value = _number(row.get(name))
            log[name].pop(epoch, None)
            if value is not None:
                log[name][int(epoch)] = value
    return {name: values for name, values in log.items() if values}


def _lines(path, columns, header=False):
    """The cells of every whole line, with its number."""
    with open(path, encoding="utf-8", errors="replace", newline="") as file:
        text = file.read()
    whole = text[: text.rfind("\n") + 1].splitlines()
    numbered = list(enumerate(csv.reader(whole), 1))
    first = tuple(numbered[0][1]) if numbered else ()
    if first[: len(columns)] != columns and not set(columns) <= set(first):
        raise ValueError(
            f"{path} is another file: it has no columns {', '.join(columns)}."
        )
    return numbered if header else numbered[1:]


def _number(cell):
    try:
        value = float(cell)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
