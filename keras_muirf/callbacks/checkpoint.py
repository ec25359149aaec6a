import logging
import os
import re

import keras
import numpy as np

from keras_muirf.callbacks.checkpoint_file import DamagedCheckpoint
from keras_muirf.callbacks.checkpoint_file import NonFiniteWeights
from keras_muirf.callbacks.checkpoint_file import as_array
from keras_muirf.callbacks.checkpoint_file import read_checkpoint
from keras_muirf.callbacks.checkpoint_file import write_checkpoint
from keras_muirf.trainers.random_state import random_state
from keras_muirf.trainers.random_state import set_random_state

_NAME = re.compile(r"epoch-(\d{6,})\.zip")


class Checkpoint(keras.callbacks.Callback):
    """Keeps all that a training run needs to go on as if never interrupted.

    At the end of every epoch one file takes in the network, the optimizer with
    the state of its gradient rule, the states of all seed generators (which
    Keras leaves out of weights files), those of the random numbers of Python,
    NumPy and PyTorch, and the state of whatever else is named in `parts`.
    There is no moment at which two files tell of two different epochs.

    A file is written beside, forced to the disk and then renamed, so that a
    process may be killed at any moment. It carries checksums. The file before
    is kept: if the newest one is damaged all the same, the one before it is
    taken, and a warning says so.

    Weights that are not finite are never written.

    Training that goes on from a checkpoint ends with the same bits as training
    that was not interrupted if nothing else differs: backend, machine and
    number of threads, data, and a learning rate that follows the steps and not
    the clock (`keras_muirf.callbacks.StepBudget`).

    Args:
        directory: string or path of a folder for the files, made if need be.
        parts: dict from a name to an object with the methods `get_state()`,
            which returns anything that JSON can hold, and `set_state(state)`,
            such as `keras_muirf.datasets.WeatherMajorDataset`,
            `keras_muirf.callbacks.StepBudget` or `EpochLog`. As a callback
            that keeps a state comes before this one in `fit`.
        keep: int, how many files are kept. Defaults to `2`.
        writes: bool. `False` restores only: for all but one of the processes
            that train together. Defaults to `True`.

    Raises:
        ValueError: If `keep` is less than 1; or, when restoring, if the
            checkpoint is of another network or optimizer.
        DamagedCheckpoint: When restoring, if there are files and none is
            whole.
        NonFiniteWeights: At the end of an epoch, if a weight is NaN or
            infinite.
        NoSpaceLeft: At the end of an epoch, if the file does not fit on the
            disk. The files before are whole.

    Example:

    ```python
    schedule = keras_muirf.callbacks.StepBudget(10_000, 1e-3)
    log = keras_muirf.callbacks.EpochLog("run/log.csv")
    checkpoint = keras_muirf.callbacks.Checkpoint(
        "run/checkpoints", {"data": dataset, "schedule": schedule, "log": log}
    )
    first = checkpoint.restore(restorer)
    restorer.fit(
        dataset,
        initial_epoch=first,
        epochs=schedule.epochs,
        callbacks=[schedule, log, checkpoint],
    )
    ```
    """

    def __init__(
        self, directory, parts=None, keep: int = 2, writes: bool = True
    ):
        super().__init__()
        if keep < 1:
            raise ValueError(
                "`keep` is the number of files that are kept, at least 1. "
                f"Received: keep={keep}"
            )
        self.directory = os.fspath(directory)
        self.parts = dict(parts or {})
        self.keep = keep
        self.writes = writes
        self.epoch = 0
        self._random_state = None

    def files(self):
        """The checkpoints that are there, the newest first.

        Returns:
            A list of paths, strings.
        """
        if not os.path.isdir(self.directory):
            return []
        numbers = {
            int(match[1]): match[0]
            for match in map(_NAME.fullmatch, os.listdir(self.directory))
            if match
        }
        return [
            os.path.join(self.directory, numbers[n])
            for n in sorted(numbers, reverse=True)
        ]

    def restore(self, model):
        """Puts the newest whole checkpoint into a model and the parts.

        Args:
            model: the compiled and built `keras.Model`.

        Returns:
            The number of whole epochs that lie behind it: `initial_epoch` of
            `fit`. 0 if there is no checkpoint, and then nothing is changed.
        """
        files = self.files()
        for path in files:
            try:
                arrays, state = read_checkpoint(path)
            except DamagedCheckpoint as error:
                if path == files[-1]:
                    raise DamagedCheckpoint(
                        f"None of the {len(files)} checkpoints in "
                        f"{self.directory} is whole, so that the run cannot "
                        "go on; begin anew in another folder."
                    ) from error
                logging.getLogger("keras_muirf").warning(
                    "%s The one before it is taken.", error
                )
                continue
            _assign(model, arrays, path)
            self._random_state = state["random"]
            for name, part in self.parts.items():
                if name in state["parts"]:
                    part.set_state(state["parts"][name])
            self.epoch = state["epoch"]
            return self.epoch
        return 0

    def save(self, model, epoch: int):
        """Writes a checkpoint now.

        Args:
            model: the `keras.Model`, outside of a training step.
            epoch: int, the whole epochs that lie behind it.
        """
        if self.writes:
            require_finite(model)
            path = os.path.join(self.directory, f"epoch-{epoch:06d}.zip")
            parts = {key: part.get_state() for key, part in self.parts.items()}
            state = {"epoch": epoch, "parts": parts, "random": random_state()}
            write_checkpoint(path, variables_of(model), state)
            files = self.files()
            for old in files[files.index(path) + self.keep :]:
                os.unlink(old)
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        # Not before: `fit` draws numbers of its own when it begins.
        if self._random_state is not None:
            set_random_state(self._random_state)
            self._random_state = None

    def on_epoch_end(self, epoch, logs=None):
        self.save(self.model, epoch + 1)


def variables_of(model):
    """All variables that training changes, but for its metrics.

    Args:
        model: a compiled `keras.Model`, built.

    Returns:
        A list of `keras.Variable`: weights, states of seed generators, and the
        variables of the optimizer.
    """
    if model.optimizer is not None and not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)
    metrics = {id(v) for v in model.metrics_variables}
    own = [v for v in model.variables if id(v) not in metrics]
    return own + list(getattr(model.optimizer, "variables", ()))


def require_finite(model):
    """Raises `NonFiniteWeights` if a weight of a model is not finite.

    Args:
        model: a `keras.Model`, built.
    """
    for weight in model.weights:
        array = as_array(weight)
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            raise NonFiniteWeights(
                f"The weight {weight.path} is not finite, so that the network "
                "is not saved; the last checkpoint before it is kept."
            )


def _assign(model, arrays, path):
    variables = variables_of(model)
    shapes = [tuple(v.shape) for v in variables]
    if shapes != [array.shape for _, array in arrays]:
        pairs = zip(variables, arrays, strict=False)
        different = [
            f"{v.path} of shape {tuple(v.shape)} stands where it has {name} "
            f"of shape {array.shape}"
            for v, (name, array) in pairs
            if tuple(v.shape) != array.shape
        ]
        different.append(f"{len(variables)} variables, not {len(arrays)}")
        raise ValueError(
            f"{path} is of another network or optimizer ({different[0]}); "
            "begin anew in another folder."
        )
    for variable, (_, array) in zip(variables, arrays, strict=True):
        variable.assign(array)
