import ast
import json
import runpy
import sys
from pathlib import Path

import click

from muirf.backend import BACKENDS
from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.quiet import quiet_startup
from muirf.restore import INTERRUPTED
from muirf.words import one_line

# Files of a run's folder, as `keras_muirf.training` writes them, which cannot
# be imported before the backend is chosen.
RUN_FILE = "run.json"
RECIPE_FILE = "recipe.py"


@click.command()
@click.argument("recipe", metavar="[RECIPE]", required=False)
@click.option(
    "--set",
    "settings",
    metavar="NAME=VALUE",
    multiple=True,
    help="Give a parameter of the recipe; may be given again.",
)
@click.option(
    "--resume",
    metavar="DIR",
    help="Go on with the run in this folder, with its recipe and parameters.",
)
@click.option(
    "-o",
    "--out",
    metavar="DIR",
    help="Folder of the run. Default: runs/RECIPE.",
)
@click.option(
    "--backend",
    type=click.Choice(BACKENDS),
    help="Default: that of the run with --resume, else KERAS_BACKEND, else "
    "the first that is installed.",
)
@click.option(
    "--parameters", is_flag=True, help="List the recipe's parameters and end."
)
@click.option("--list", "listing", is_flag=True, help="List the recipes.")
def train(recipe, settings, resume, out, backend, parameters, listing):
    """Train a network as a recipe says.

    RECIPE is the name of one that comes with the package (see --list) or a
    Python file of your own. The same command in the same folder goes on with
    a run that was stopped. Ends with 0 if the run was finished.
    """
    if listing:
        for name, path in named_recipes().items():
            click.echo(f"{name}\t{_first_line(path)}")
        return
    if resume is None:
        script = _find_recipe(recipe)
        beside = script.parent
    else:
        script, beside, began_on = _recipe_of_run(resume, recipe)
        backend = backend or began_on
    choose_backend(backend)
    with quiet_startup():
        import_models()
    words = [word for setting in settings for word in ("--set", setting)]
    words += ["--out", out] if out else []
    words += ["--resume", resume] if resume is not None else []
    words += ["--help"] if parameters else []
    _execute(script, beside, words)


def named_recipes():
    """The recipes that come with the package.

    Returns:
        A dict from name to path, sorted by name.
    """
    package = Path(__file__).parent
    folder = package / "recipes"
    checkout = package.parent
    if not folder.is_dir() and (checkout / "pyproject.toml").is_file():
        folder = checkout / "recipes"
    return {path.stem: path for path in sorted(folder.glob("*.py"))}


def _find_recipe(recipe):
    known = named_recipes()
    names = ", ".join(known)
    if recipe is None:
        raise click.UsageError(
            f"Name a recipe, one of {names} or a Python file, or a run with "
            "--resume."
        )
    if recipe in known:
        return known[recipe]
    path = Path(recipe)
    if not path.is_file():
        raise click.UsageError(
            f"There is no recipe '{recipe}'; the names are {names}, and any "
            "Python file will do."
        )
    return path


def _recipe_of_run(folder, recipe):
    """The copy of a run's recipe, the original's folder and the backend."""
    try:
        record = json.loads(Path(folder, RUN_FILE).read_text(encoding="utf-8"))
        name, file = record["recipe"]["name"], record["recipe"]["file"]
        backend = record["sessions"][-1]["environment"]["backend"]
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise click.UsageError(
            f"'{folder}' holds no run that could be resumed: it has no "
            f"{RUN_FILE}, or none that can be read ({one_line(error)})."
        ) from error
    if recipe is not None and Path(recipe).stem != name:
        raise click.UsageError(
            f"'{folder}' holds a run of the recipe {name}. "
            f"Received: {recipe} with --resume"
        )
    script = Path(folder, RECIPE_FILE)
    if not script.is_file():
        raise click.UsageError(f"'{folder}' has no {RECIPE_FILE}.")
    return script, Path(file).parent if file else script.parent, backend


def _execute(script, beside, words):
    """Runs a recipe in this process, as Python would run the script."""
    from keras_muirf.training import RunError
    from keras_muirf.training.run_warnings import hide_warnings
    from keras_muirf.training.run_warnings import show_warnings

    before = sys.argv, sys.path[:], sys.excepthook
    sys.argv = [str(script), *words]
    # Where a recipe finds modules of its own.
    sys.path.insert(0, str(beside.resolve()))
    show_warnings()
    try:
        runpy.run_path(str(script), run_name="__main__")
    except KeyboardInterrupt:
        click.echo("Interrupted: the same command goes on.", err=True)
        raise SystemExit(INTERRUPTED) from None
    except RunError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(error.exit_code) from error
    except OSError as error:
        # Files and folders that are not as the recipe needs them.
        raise click.ClickException(one_line(error)) from error
    finally:
        sys.argv, sys.path[:], sys.excepthook = before
        hide_warnings()


def _first_line(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    return (text or "").partition("\n")[0]
