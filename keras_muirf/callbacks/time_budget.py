import json
import math
import os
import time

from keras_muirf.callbacks.annealing import Annealing
from keras_muirf.durable_file import replaced_file


class TimeBudget(Annealing):
    """Trains for a given time, over as many sessions as it takes.

    The learning rate warms up and then follows a cosine to zero over the
    minutes of training, and training stops when they are spent: whatever the
    machine's speed, the run ends with an annealed network. Combine it with
    `keras_muirf.callbacks.Checkpoint`, which keeps the minutes with the
    network, or give a file in which they are kept at the end of every epoch.

    Counted are the minutes in which batches are made and learned; the first
    batch of a session, which compiles, validation and the saving of
    checkpoints are not.

    Args:
        minutes: float. Minutes of training, of all sessions together. A
            resumed run may be given more than it began with.
        learning_rate: float. Highest learning rate.
        filepath: string or path of a JSON file that keeps the minutes used
            and the epochs begun, or `None`. What a checkpoint restores comes
            before what the file says. Defaults to `None`.
        warmup: float in [0, 1). Part of the budget in which the learning
            rate rises linearly.
        stop_at: float in (0, 1]. Part of the budget after which this call of
            `fit` ends: the next one goes on in the same schedule, with other
            data or larger crops.

    Raises:
        ValueError: If an argument has an impossible value, or the file is
            there and is not one that this callback wrote.
        NoSpaceLeft: At the end of an epoch, if there is no room for the file.

    Example:

    ```python
    budget = keras_muirf.callbacks.TimeBudget(25, 1e-3, "run/budget.json")
    restorer.fit(dataset, epochs=budget.epochs, callbacks=[budget])
    ```
    """

    def __init__(
        self,
        minutes: float,
        learning_rate: float,
        filepath=None,
        warmup: float = 0.03,
        stop_at: float = 1.0,
    ):
        if not 0 < minutes < math.inf:
            raise ValueError(
                "`minutes` must be a number above 0. "
                f"Received: minutes={minutes}"
            )
        super().__init__(learning_rate, warmup, stop_at)
        self.minutes = minutes
        self.filepath = None if filepath is None else os.fspath(filepath)
        self.used = self._read()
        self._restored = False
        self._clock = None

    @property
    def progress(self):
        return min(self.used / self.minutes, 1.0)

    def get_state(self):
        """What `set_state` needs to go on: the minutes used."""
        return {"minutes": self.used}

    def set_state(self, state):
        """Goes on where `get_state` had given `state`."""
        self.used = float(state["minutes"])
        self._restored = True

    def on_train_begin(self, logs=None):
        if self.filepath and not self._restored:
            self.used = self._read()
        self._clock = None

    def on_epoch_begin(self, epoch, logs=None):
        # Saving and validation, since the last batch, are not training.
        if self._clock is not None:
            self._clock = time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        # The session's first batch compiles; it is not counted.
        if self._clock is not None:
            self.used += (now - self._clock) / 60
        self._clock = now
        super().on_train_batch_end(batch, logs)

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        if self.filepath is None:
            return
        # Whole or not at all: a run may be stopped at any moment.
        with replaced_file(self.filepath, "w", encoding="utf-8") as file:
            json.dump({"minutes": self.used, "epochs": epoch + 1}, file)

    def _read(self):
        if self.filepath is None or not os.path.exists(self.filepath):
            return 0.0
        try:
            with open(self.filepath, encoding="utf-8") as file:
                return float(json.load(file)["minutes"])
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(
                "`filepath` must name a file that TimeBudget wrote, or none "
                f"yet. Received: filepath={self.filepath!r}, which says no "
                "minutes"
            ) from error
