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

    Args:
        minutes: float. Minutes of training, of all sessions together.
        learning_rate: float. Highest learning rate.
        filepath: string. JSON file that keeps the minutes used.
        warmup: float in [0, 1). Part of the budget in which the learning
            rate rises linearly.
        stop_at: float in (0, 1]. Part of the budget after which this call of
            `fit` ends: the next one goes on in the same schedule, with other
            data or larger crops.

    Example:

    ```python
    budget = keras_muirf.callbacks.TimeBudget(25, 1e-3, "run/budget.json")
    restorer.fit(dataset, epochs=budget.epochs, callbacks=[budget])
    ```
    """

    # More than any budget has; the budget ends the training.
    epochs = 1_000_000

    def __init__(
        self, minutes, learning_rate, filepath, warmup=0.03, stop_at=1.0
    ):
        super().__init__()
        if minutes <= 0:
            raise ValueError(
                f"`minutes` must be above 0. Received: minutes={minutes}"
            )
        self.minutes = minutes
        self.learning_rate = learning_rate
        self.filepath = filepath
        self.warmup = warmup
        self.stop_at = stop_at
        self.used = 0.0

    @property
    def progress(self):
        """The part of the budget that is spent, in [0, 1]."""
        return min(self.used / self.minutes, 1.0)

    def on_train_begin(self, logs=None):
        if os.path.exists(self.filepath):
            with open(self.filepath, encoding="utf-8") as file:
                self.used = json.load(file)["minutes"]
        self._clock = None
        if self.progress >= self.stop_at:
            self.model.stop_training = True

    def on_train_batch_begin(self, batch, logs=None):
        # The first batch compiles; it is not counted.
        progress = self.progress
        rise = min(progress / self.warmup, 1.0) if self.warmup else 1.0
        fall = 0.5 + 0.5 * math.cos(math.pi * progress)
        self.model.optimizer.learning_rate = (
            self.learning_rate * max(rise, 0.01) * max(fall, 0.001)
        )

    def on_train_batch_end(self, batch, logs=None):
        now = time.monotonic()
        if self._clock is not None:
            self.used += (now - self._clock) / 60
        self._clock = now
        if self.progress >= self.stop_at:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        folder = os.path.dirname(self.filepath)
        os.makedirs(folder or ".", exist_ok=True)
        with open(self.filepath, "w", encoding="utf-8") as file:
            json.dump({"minutes": self.used, "epochs": epoch + 1}, file)
        # Validation and saving are not training.
        self._clock = None
