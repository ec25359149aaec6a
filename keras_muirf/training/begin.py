import pathlib
import sys
import tempfile

import keras

from keras_muirf.training.arguments import read_arguments
from keras_muirf.training.drawn_data import draw
from keras_muirf.training.resolve import as_recorded
from keras_muirf.training.resolve import resolve
from keras_muirf.training.resolve import resolve_resumed
from keras_muirf.training.run import Run
from keras_muirf.training.run_error import RunError
from keras_muirf.training.run_error import show_run_errors
from keras_muirf.training.run_folder import write_run
from keras_muirf.training.run_record import new_session
from keras_muirf.training.run_record import print_record
from keras_muirf.training.run_warnings import show_warnings
from keras_muirf.training.standard_parameters import standard_parameters
from keras_muirf.training.use_devices import use_devices


def begin(
    description: str,
    minutes: float,
    learning_rate: float = 1.2e-3,
    parameters=(),
    drawn=(),
    words=None,
):
    """Begins a run, or goes on with one: the first line of a recipe.

    Reads the parameters from the command line, prints them with machine,
    versions and commit, and writes all of it to `run.json` in the run's
    folder, with a copy of the recipe. Sets the seeds of Python, NumPy and the
    backend, and the dtype policy.

    A folder that holds a run is gone on with if recipe and parameters are the
    same. Those that `Parameter.changes` allows may differ: `minutes`, `steps`,
    `data` and `bad_steps`. With `--resume DIR` the parameters are the folder's.

    Args:
        description: string, the recipe's header (`__doc__`).
        minutes: float, minutes of training.
        learning_rate: float, the highest of the schedule. Defaults to
            `1.2e-3`.
        parameters: list of `keras_muirf.training.Parameter` that this recipe
            has more than all have.
        drawn: list of strings: folders below the data in which `--smoke` shall
            draw pictures for this recipe, `train/pairs/<set>/<weather>` or
            `train/clean/<set>`.
        words: list of strings, the command line. Defaults to that of the
            process.

    Returns:
        A `keras_muirf.training.Run`.

    Raises:
        RunError: If a name or a value is wrong, or the folder holds another
            run. A script that ends with it shows one line.

    Example:

    ```python
    run = keras_muirf.training.begin(__doc__, minutes=55)
    photographs = keras_muirf.datasets.CleanFolder(run.data / "train")
    ```
    """
    if words is None:
        words = sys.argv[1:]
        show_run_errors()
        show_warnings()
    known = [*standard_parameters(minutes, learning_rate), *parameters]
    given, resume = read_arguments(words, known, description or "A recipe.")
    called = pathlib.Path(sys.argv[0])
    script = called if called.is_file() else None
    recipe = script.stem if script else "recipe"
    if resume is None:
        values, record = resolve(known, given, recipe)
    else:
        values, record = resolve_resumed(known, given, recipe, resume)
    # The folders that are drawn are none to be found again.
    recorded = as_recorded(values)
    scratch = _fill_smoke_folders(values, drawn) if values["smoke"] else None
    _require_data(values["data"])
    run = Run(recipe, values, scratch)
    record = new_session(record, recipe, recorded, script)
    if run.writes:
        print_record(record)
        text = script and script.read_text(encoding="utf-8")
        write_run(run.out, record, text)
    run.devices_data = use_devices(run.devices)
    if run.on_device and run.devices != 1:
        raise RunError("on_device is for one device, not for several.", 2)
    keras.config.set_dtype_policy(run.precision)
    keras.utils.set_random_seed(run.seed)
    return run


def _fill_smoke_folders(values, drawn):
    scratch = tempfile.TemporaryDirectory()
    folder = pathlib.Path(scratch.name)
    if values["data"] is None:
        values["data"] = draw(folder / "data", drawn)
    values["out"] = values["out"] or folder / "run"
    return scratch


def _require_data(folder):
    if folder is None:
        raise RunError(
            "Name the folder of the images: --data DIR, --set data=DIR, or "
            "the environment variable MUIRF_DATA.",
            2,
        )
    if not folder.is_dir():
        raise RunError(f"There is no folder of images {folder}.", 2)
