"""From what was given to the values of all parameters."""

import os
import pathlib

from keras_muirf.training.new_restorer import SMOKE
from keras_muirf.training.run_error import RunError
from keras_muirf.training.run_folder import RECIPE_FILE
from keras_muirf.training.run_folder import RUN_FILE
from keras_muirf.training.run_folder import read_run
from keras_muirf.training.run_folder import require_same_run

# What --smoke takes for what is not given.
_SMOKE = {"size": SMOKE, "minutes": 1e-6, "steps_per_epoch": 2}


def resolve(parameters, given, recipe):
    """The values of a run that is named by its parameters.

    Args:
        parameters: list of `keras_muirf.training.Parameter`.
        given: dict of the values that were given.
        recipe: string, the recipe's name.

    Returns:
        The tuple `(values, record)`: a dict of all values, and what `run.json`
        says where the run's folder holds this very run, else `None`.

    Raises:
        RunError: If the folder holds another run, or values exclude each
            other.
    """
    values = {p.name: p.default for p in parameters}
    if given.get("smoke"):
        values |= _SMOKE
    else:
        if os.environ.get("MUIRF_DATA"):
            values["data"] = pathlib.Path(os.environ["MUIRF_DATA"])
        values["out"] = pathlib.Path("runs", recipe)
    values |= given
    _keep_one_measure(values, given)
    record = read_run(values["out"]) if values["out"] else None
    if record is not None:
        require_same_run(
            values["out"], record, recipe, as_recorded(values), parameters
        )
    return values, record


def resolve_resumed(parameters, given, recipe, folder):
    """The values of a run that is named by its folder.

    Args:
        parameters: list of `keras_muirf.training.Parameter`.
        given: dict of the values that were given.
        recipe: string, the recipe's name.
        folder: string or path.

    Returns:
        The tuple `(values, record)`, as `resolve`.

    Raises:
        RunError: If the folder holds no run or one of another recipe, or a
            value was given that contradicts it.
    """
    folder = pathlib.Path(folder)
    record = read_run(folder)
    if record is None:
        raise RunError(
            f"{folder} holds no run that could be resumed: it has no "
            f"{RUN_FILE}.",
            2,
        )
    if given.get("out") and given["out"].resolve() != folder.resolve():
        raise RunError(
            "A run goes on in its own folder; leave out away. Received: "
            f"out={given['out']} with --resume {folder}",
            2,
        )
    kept = record["parameters"]
    values = {
        p.name: p.default
        if p.name not in kept
        else None
        if kept[p.name] is None
        else p.parse(kept[p.name])
        for p in parameters
    }
    values |= given
    _keep_one_measure(values, given)
    # What is executed is the copy in the run's folder.
    if recipe == pathlib.Path(RECIPE_FILE).stem:
        recipe = record["recipe"]["name"]
    require_same_run(folder, record, recipe, as_recorded(values), parameters)
    values["out"] = folder
    return values, record


def as_recorded(values):
    """The values as `run.json` holds them: without the folder that it is in.

    Args:
        values: dict.

    Returns:
        A dict that JSON can hold.
    """
    return {
        name: os.path.abspath(value)
        if isinstance(value, pathlib.Path)
        else value
        for name, value in values.items()
        if name != "out"
    }


def _keep_one_measure(values, given):
    minutes, steps = given.get("minutes"), given.get("steps")
    if minutes is not None and steps is not None:
        raise RunError(
            "Give minutes or steps, not both. Received: "
            f"minutes={minutes}, steps={steps}",
            2,
        )
    if steps is not None or (values["steps"] is not None and minutes is None):
        values["minutes"] = None
    else:
        values["steps"] = None
