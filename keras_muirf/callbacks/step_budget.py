from keras_muirf.callbacks.annealing import Annealing


class StepBudget(Annealing):
    """Trains for a given number of steps, over as many sessions as it takes.

    The learning rate warms up and then follows a cosine to zero over the
    steps, as with `keras_muirf.callbacks.TimeBudget`, which follows the clock.
    Here the same steps have the same learning rates on every machine, so that
    a run can be repeated.

    Args:
        steps: int. Training steps of all sessions together. A resumed run may
            be given more than it began with.
        learning_rate: float. Highest learning rate.
        warmup: float in [0, 1). Part of the budget in which the learning
            rate rises linearly.
        stop_at: float in (0, 1]. Part of the budget after which this call of
            `fit` ends: the next one goes on in the same schedule, with other
            data or larger crops.

    Raises:
        ValueError: If an argument has an impossible value.

    Example:

    ```python
    budget = keras_muirf.callbacks.StepBudget(10_000, 1e-3)
    restorer.fit(dataset, epochs=budget.epochs, callbacks=[budget])
    ```
    """

    def __init__(
        self,
        steps: int,
        learning_rate: float,
        warmup: float = 0.03,
        stop_at: float = 1.0,
    ):
        super().__init__(learning_rate, warmup, stop_at)
        if steps != int(steps) or steps < 1:
            raise ValueError(
                "`steps` must be a whole number above 0. "
                f"Received: steps={steps}"
            )
        self.steps = int(steps)
        self.used = 0
        self._before = 0

    @property
    def progress(self):
        return min(self.used / self.steps, 1.0)

    def get_state(self):
        """What `set_state` needs to go on: the steps done."""
        return {"steps": self.used}

    def set_state(self, state):
        """Goes on where `get_state` had given `state`."""
        self.used = int(state["steps"])

    def on_epoch_begin(self, epoch, logs=None):
        self._before = self.used

    def on_train_batch_end(self, batch, logs=None):
        # With `steps_per_execution` not every batch ends here.
        self.used = self._before + batch + 1
        super().on_train_batch_end(batch, logs)
