"""What a run's folder says of the run: `run.json` and the recipe's text."""

import json
import pathlib

from keras_muirf.durable_file import replaced_file
from keras_muirf.training.run_error import RunError

RUN_FILE = "run.json"
RECIPE_FILE = "recipe.py"
LOG_FILE = "log.csv"
DIAGNOSTICS_FILE = "diagnostics.csv"
CHECKPOINTS = "checkpoints"
# What a folder has that was a run's before there was `run.json`.
_TRACES = (CHECKPOINTS, LOG_FILE, "backup", "budget.json", "preset")


def read_run(folder):
    """Reads what a folder says of its run.

    Args:
        folder: string or path.

    Returns:
        The dict in `run.json`, or `None` if the folder is not there, or has
        no run in it.

    Raises:
        RunError: If the file cannot be read, or the folder holds parts of a
            run and not that file.
    """
    folder = pathlib.Path(folder)
    path = folder / RUN_FILE
    if not path.exists():
        traces = [name for name in _TRACES if (folder / name).exists()]
        if traces:
            raise RunError(
                f"{folder} holds {traces[0]}, but no {RUN_FILE} that says of "
                "which run; name another folder with out."
            )
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        # What is read from it later on.
        record["recipe"]["name"], record["parameters"].items()
        record["sessions"][-1]["environment"]["backend"]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise RunError(
            f"{path} cannot be read ({type(error).__name__}: {error})."
        ) from error
    return record


def write_run(folder, record, recipe_text=None):
    """Writes `run.json`, and a copy of the recipe beside it.

    Args:
        folder: path, made if need be.
        record: dict that JSON can hold.
        recipe_text: string or `None`, the recipe.
    """
    folder = pathlib.Path(folder)
    if recipe_text is not None:
        with replaced_file(folder / RECIPE_FILE, "w", "utf-8") as file:
            file.write(recipe_text)
    with replaced_file(folder / RUN_FILE, "w", "utf-8") as file:
        json.dump(record, file, indent=2)
        file.write("\n")


def require_same_run(folder, record, recipe, values, parameters):
    """Refuses to go on with another run than the one in a folder.

    Args:
        folder: path.
        record: dict, from `read_run`.
        recipe: string, the recipe's name.
        values: dict, the values that are asked for.
        parameters: list of `keras_muirf.training.Parameter`.

    Raises:
        RunError: If recipe or parameters differ, but for parameters that may
            change.
    """
    if record["recipe"]["name"] != recipe:
        raise RunError(
            f"{folder} holds a run of the recipe "
            f"{record['recipe']['name']}, not of {recipe}; name another "
            "folder with out.",
            2,
        )
    kept = record["parameters"]
    fixed = [p.name for p in parameters if not p.changes]
    different = [
        f"{name}={kept[name]} and not {values[name]}"
        for name in fixed
        if name in kept and name in values and kept[name] != values[name]
    ]
    if different:
        raise RunError(
            f"{folder} holds a run with {', '.join(different)}; name another "
            "folder with out, or keep that as it is.",
            2,
        )
    if (kept.get("steps") is None) != (values.get("steps") is None):
        measure = "minutes" if kept.get("steps") is None else "steps"
        raise RunError(
            f"{folder} holds a run that is measured in {measure}, so that its "
            f"schedule cannot be told in others; give {measure}.",
            2,
        )
