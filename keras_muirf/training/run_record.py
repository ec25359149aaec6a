"""What `run.json` says: recipe, parameters, and the sessions of the run."""

import logging
import os
import sys

import keras_muirf
from keras_muirf.training.environment import commit_of
from keras_muirf.training.environment import environment


def new_session(record, recipe, values, script):
    """Adds a session to the record of a run, or begins one.

    Args:
        record: dict, what `run.json` said, or `None`.
        recipe: string, the recipe's name.
        values: dict, the parameters as JSON can hold them.
        script: path of the recipe, or `None`.

    Returns:
        A dict of `recipe` (its `name` and `file`), `parameters`, and
        `sessions`: a list of dicts of `environment`, `git` (the commits of the
        recipe and of the package) and, where parameters were changed, of
        `changed`.
    """
    session = {
        "environment": environment(),
        "git": {
            "recipe": script and commit_of(script),
            "keras_muirf": commit_of(keras_muirf.__file__),
        },
    }
    if record is None:
        file = os.path.abspath(script) if script else None
        return {
            "recipe": {"name": recipe, "file": file},
            "parameters": values,
            "sessions": [session],
        }
    _warn_of_another_backend(record["sessions"][-1], session)
    before = record["parameters"]
    changed = {
        name: [before.get(name), value]
        for name, value in values.items()
        if before.get(name) != value
    }
    if changed:
        session["changed"] = changed
    sessions = [*record["sessions"], session]
    return {**record, "parameters": values, "sessions": sessions}


def print_record(record):
    """Prints the recipe, its parameters and where the session takes place.

    Args:
        record: dict, from `new_session`.
    """
    session = record["sessions"][-1]
    where = session["environment"]
    versions = ", ".join(f"{k} {v}" for k, v in where["versions"].items())
    lines = {"recipe": record["recipe"]["name"], **record["parameters"]}
    lines["software"] = f"Python {where['python']}, {versions}"
    lines["machine"] = f"{where['cpu']}, {where['cores']} cores"
    commit = session["git"]["recipe"] or session["git"]["keras_muirf"]
    if commit:
        changed = " with changes" if commit["changed"] else ""
        lines["commit"] = commit["commit"] + changed
    for name, value in lines.items():
        print(f"{name:<20}{'-' if value is None else value}")
    sys.stdout.flush()


def _warn_of_another_backend(before, now):
    before = before["environment"]["backend"]
    now = now["environment"]["backend"]
    if before != now:
        logging.getLogger("keras_muirf").warning(
            "The run went on %s so far and now goes on %s, whose random "
            "numbers are others.",
            before,
            now,
        )
