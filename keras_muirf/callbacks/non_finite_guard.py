import logging
import math

import keras

from keras_muirf.callbacks.checkpoint import require_finite
from keras_muirf.callbacks.checkpoint_file import NonFiniteWeights


class NonFiniteLoss(ArithmeticError):
    """Training was stopped, because its loss was NaN or infinite."""


class NonFiniteGuard(keras.callbacks.Callback):
    """Counts steps whose loss is not finite, and stops when they do not end.

    The rules of `keras_muirf.optimizers` leave a task out whose gradient is
    not finite, and Keras' loss scaling skips such a step, so that one bad batch
    does no harm: it is counted, and the first of an epoch is warned about.
    Training is stopped

    - after `patience` such steps in a row, and
    - at once if the step has reached the weights, as it does with a plain
      optimizer: nothing good comes of NaN weights.

    It is stopped by an error, before the epoch's end: a
    `keras_muirf.callbacks.Checkpoint` keeps the last good state.

    Keras logs means over an epoch, which a single NaN would spoil; from those
    of this callback the bad steps are left out. (That holds for means over
    steps or images, as the loss and this package's metrics are.) `logs` get
    `bad_steps`, how many the epoch had, if it had any. The loss is read after
    every step.

    Args:
        patience: int, at least 1: steps in a row. Defaults to `10`.

    Attributes:
        bad_steps: int, the steps without a finite loss, of all epochs.

    Raises:
        ValueError: If `patience` is less than 1.
        NonFiniteLoss: In training, as above.

    Example:

    ```python
    guard = keras_muirf.callbacks.NonFiniteGuard(patience=5)
    restorer.fit(dataset, epochs=10, callbacks=[guard, log, checkpoint])
    ```
    """

    def __init__(self, patience: int = 10):
        super().__init__()
        if patience < 1:
            raise ValueError(
                "`patience` is a number of steps in a row, at least 1. "
                f"Received: patience={patience}"
            )
        self.patience = patience
        self.bad_steps = 0
        self._in_a_row = 0

    def get_state(self):
        """What `set_state` needs to go on: the counts."""
        return {"bad_steps": self.bad_steps, "in_a_row": self._in_a_row}

    def set_state(self, state):
        """Goes on where `get_state` had given `state`."""
        self.bad_steps = int(state["bad_steps"])
        self._in_a_row = int(state["in_a_row"])

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        self._bad_before = self.bad_steps
        # Means since the metrics were last reset, and over how many steps.
        self._means, self._steps = {}, 0
        # Those from before, as (means, steps).
        self._parts = []
        self._names = set()

    def on_train_batch_end(self, batch, logs=None):
        self._names = set(logs)
        if math.isfinite(logs["loss"]):
            self._means = dict(logs)
            self._steps += 1
            self._in_a_row = 0
            return
        self.bad_steps += 1
        self._in_a_row += 1
        self._keep_means()
        # JAX' `fit` keeps the values elsewhere while it trains.
        if hasattr(self.model, "jax_state_sync"):
            self.model.jax_state_sync()
        self.model.reset_metrics()
        where = f"in step {batch + 1} of epoch {self._epoch + 1}"
        try:
            require_finite(self.model)
        except NonFiniteWeights as error:
            raise NonFiniteLoss(
                f"Training was stopped: the loss was {logs['loss']} {where}, "
                "and the step has made weights not finite. Lower the learning "
                "rate, or look at the data."
            ) from error
        if self._in_a_row >= self.patience:
            raise NonFiniteLoss(
                f"Training was stopped: the loss was not finite "
                f"{self._in_a_row} times in a row, last {where}. Lower the "
                "learning rate, or look at the data."
            )
        if self.bad_steps == self._bad_before + 1:
            logging.getLogger("keras_muirf").warning(
                "The loss was %s %s; such steps are counted and left out of "
                "the epoch's means.",
                logs["loss"],
                where,
            )

    def on_epoch_end(self, epoch, logs=None):
        bad = self.bad_steps - self._bad_before
        if logs is None or not bad:
            return
        logs["bad_steps"] = bad
        self._keep_means()
        total = sum(steps for _, steps in self._parts)
        for name in self._names & set(logs):
            parts = [means[name] * steps for means, steps in self._parts]
            logs[name] = sum(parts) / total if total else math.nan

    def _keep_means(self):
        if self._steps:
            self._parts.append((self._means, self._steps))
        self._means, self._steps = {}, 0
