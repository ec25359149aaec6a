import math

import keras


class Annealing(keras.callbacks.Callback):
    """A learning rate that rises, then falls to zero over a budget.

    The base of `keras_muirf.callbacks.TimeBudget` and `StepBudget`, which say
    in `progress` how much of the budget is spent. With p for the progress the
    learning rate is `learning_rate * min(p / warmup, 1) * (1 + cos(pi p)) / 2`,
    both factors kept a little above 0. `fit` ends when the part `stop_at` of
    the budget is spent. `logs` get the last `learning_rate` of each epoch.

    Args:
        learning_rate: float. Highest learning rate.
        warmup: float in [0, 1). Part of the budget in which the learning
            rate rises linearly.
        stop_at: float in (0, 1]. Part of the budget after which this call of
            `fit` ends.

    Raises:
        ValueError: If an argument has an impossible value.

    Reference: the cosine is that of Loshchilov and Hutter, SGDR (ICLR 2017),
    equation 5, without restarts.
    """

    def __init__(
        self, learning_rate: float, warmup: float = 0.03, stop_at: float = 1.0
    ):
        super().__init__()
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
        self.learning_rate = learning_rate
        self.warmup = warmup
        self.stop_at = stop_at
        self._current_rate = None

    @property
    def progress(self):
        """The part of the budget that is spent, in [0, 1]."""
        raise NotImplementedError(
            f"{type(self).__name__} must implement `progress`."
        )

    @property
    def spent(self):
        """Whether the part of the budget up to `stop_at` is spent."""
        return self.progress >= self.stop_at

    @property
    def epochs(self):
        """The `epochs` to give `fit`: more than any budget has, or 0.

        The budget ends the training. Once it is spent there is nothing left
        to train.
        """
        return 0 if self.spent else 1_000_000

    def on_train_batch_begin(self, batch, logs=None):
        progress = self.progress
        rise = min(progress / self.warmup, 1.0) if self.warmup else 1.0
        fall = 0.5 + 0.5 * math.cos(math.pi * progress)
        self._current_rate = (
            self.learning_rate * max(rise, 0.01) * max(fall, 0.001)
        )
        self.model.optimizer.learning_rate = self._current_rate

    def on_train_batch_end(self, batch, logs=None):
        if self.spent:
            self.model.stop_training = True

    def on_epoch_end(self, epoch, logs=None):
        if logs is not None:
            logs["learning_rate"] = self._current_rate
