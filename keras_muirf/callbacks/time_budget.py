import json
import math
import os
import time

import keras


class TimeBudget(keras.callbacks.Callback):
    """Trains for a given time, over as many sessions as it takes.

    The learning rate warms up and then follows a cosine to zero over the
    minutes of training, and training stops when they are spent: whatever the
    machine's speed, the run ends with an annealed network. The minutes used
    are kept in a file at the end of every epoch, so that a resumed run goes
    on in its schedule. Combine it with `keras.callbacks.BackupAndRestore`.

    Counted are the minutes in which batches are made and learned; the first
    batch of a session, which compiles, validation and the saving of
    checkpoints are not.

    Args:
        minutes: float. Minutes of training, of all sessions together. A
            resumed run may be given more than it began with.
        learning_rate: float. Highest learning rate.
        filepath: string or path. JSON file that keeps the minutes used and
            the epochs begun.
        warmup: float in [0, 1). Part of the budget in which the learning
            rate rises linearly.
        stop_at: float in (0, 1]. Part of the budget after which this call of
            `fit` ends: the next one goes on in the same schedule, with other
            data or larger crops.

    Raises:
        ValueError: If an argument has an impossible value, or the file is
            there and is not one that this callback wrote.

    Example:

    ```python
    budget = keras_muirf.callbacks.TimeBudget(25, 1e-3, "run/budget.json")
    restorer.fit(dataset, epochs=budget.epochs, callbacks=[budget])
    ```
    """

    def __init__(
        self, minutes, learning_rate, filepath, warmup=0.03, stop_at=1.0
    ):
        super().__init__()
        if not 0 < minutes < math.inf:
            raise ValueError(
                "`minutes` must be a number above 0. "
                f"Received: minutes={minutes}"
            )
        if not 0 < learning_rate < math.inf:
            raise ValueError(
                "`learning_rate` must be a number above 0, the highest of the "
                f"schedule. Received: learning_rate={learning_rate}"
            )
        if not 0 <= warmup < 1:
            raise ValueError(
                "`warmup` is a part of the budget and must lie in [0, 1). "
                f"Received: warmup={warmup}"
            )
        if not 0 < stop_at <= 1:
            raise ValueError(
                "`stop_at` is a part of the budget and must lie in (0, 1]. "
                f"Received: stop_at={stop_at}"
            )
        self.minutes = minutes
        self.learning_rate = learning_rate
        self.filepath = os.fspath(filepath)
        self.warmup = warmup
        self.stop_at = stop_at
        self.used = self._read()
        self._clock = None

    @property
    def progress(self):
        """The part of the budget that is spent, in [0, 1]."""
        return min(self.used / self.minutes, 1.0)

    @property
    def spent(self):
        """Whether the part of the budget up to `stop_at` is spent."""
        return self.progress >= self.stop_at

    @property
    def epochs(self):
        """The `epochs` to give `fit`: more than any budget has, or 0.

        The budget ends the training. Once it is spent there is nothing left
        to train, and a `fit` of no epochs only restores the backup.
        """
        return 0 if self.spent else 1_000_000

    def on_train_begin(self, logs=None):
        self.used = self._read()
        self._clock = None

    def on_epoch_begin(self, epoch, logs=None):
        # Saving and validation, since the last batch, are not training.
        if self._clock is not None:
            self._clock = time.monotonic()

    def on_train_batch_begin(self, batch, logs=None):
        progress = self.progress
        rise = min(progress / self.warmup, 1.0) if self.warmup else 1.0
        fall = 0.5 + 0.5 * math.cos(math.pi * progress)
        self.model.optimizer.learning_rate = (
            self.learning_rate * max(rise, 0.01) * max(fall, 0.001)
        )

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        # The session's first batch compiles; it is not counted.
        if self._clock is not None:
            self.used += (now - self._clock) / 60
        self._clock = now
        if self.spent:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        os.makedirs(os.path.dirname(self.filepath) or ".", exist_ok=True)
        # Whole or not at all: a run may be stopped at any moment.
        unfinished = self.filepath + ".part"
        with open(unfinished, "w", encoding="utf-8") as file:
            json.dump({"minutes": self.used, "epochs": epoch + 1}, file)
        os.replace(unfinished, self.filepath)

    def _read(self):
        if not os.path.exists(self.filepath):
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
