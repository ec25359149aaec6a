import keras
from keras import ops

from keras_muirf.diagnostics.as_lines import as_lines
from keras_muirf.diagnostics.event_file import EventFile
from keras_muirf.diagnostics.event_file import import_tensorboard
from keras_muirf.diagnostics.figure import Figure
from keras_muirf.diagnostics.figure_file import FigureFile
from keras_muirf.diagnostics.gradient_figures import GradientFigures
from keras_muirf.diagnostics.probe import Probe

# What `fit` logs too, for its history and for other callbacks.
LOGGED = ("conflicts_before", "conflicts_after", "weather_accuracy")


class TrainingDiagnostics(keras.callbacks.Callback):
    """Logs how the tasks' gradients conflict and how the network shares.

    Of the gradients, on some steps of every epoch: the cosine of every pair of
    tasks, the norms and their imbalance, the share of pairs that conflict, and
    the share of tasks that the step opposes after the rule
    (`keras_muirf.diagnostics.GradientFigures`). They are read from the rule;
    with an optimizer that is none there are no such figures.

    Of the network, on a few fixed images, at the end of every epoch: the
    shared fraction and the masks' variance of every layer and weather, the
    masks' overlap between weathers, the load of the experts, and how often the
    weather is recognized (`keras_muirf.diagnostics.routing_figures`).

    They go to the terminal, and where wanted to a CSV file, TensorBoard and
    Weights & Biases; `conflicts_before`, `conflicts_after` and
    `weather_accuracy` also join what `fit` logs, for callbacks that come
    later. `muirf plot-run` draws the CSV file. Before the callback that saves
    checkpoints, a killed and resumed run leaves no gap in the file.

    Args:
        filepath: string, path or `None`. CSV file with the columns `epoch`,
            `step`, `name`, `layer`, `task`, `other` and `value`. Training
            that begins at an epoch drops the file's rows from there on.
        probe: the images on which to look at the network: a batch
            `({"image": images, "weather": labels}, y)` or a dataset of such,
            better of images that it is not trained on. `None` for figures of
            the gradients alone; so for models that do not route.
        probe_batches: int. How many of a dataset's first batches to take.
        every: int. Training steps between two looks at the gradients. An
            epoch's last step is always looked at. Looking waits for the
            accelerator and on JAX brings the state back to the model.
        tensorboard: string, path or `None`. Folder for TensorBoard's files;
            needs the package `tensorboard`.
        wandb: bool. Whether to log to the run that `wandb.init` began; needs
            the package `wandb`.
        verbose: bool. Whether to print up to three lines after an epoch.

    Raises:
        ValueError: If `filepath` is another file, an argument has an
            impossible value, or the model that is trained does not route and
            there is a `probe`.
        ImportError: If a package that is asked for is not installed.

    Example:

    ```python
    restorer.fit(
        dataset,
        epochs=10,
        callbacks=[
            keras_muirf.callbacks.TrainingDiagnostics(
                "run/diagnostics.csv", probe=validation, tensorboard="run"
            )
        ],
    )
    ```
    """

    def __init__(
        self,
        filepath=None,
        probe=None,
        probe_batches: int = 4,
        every: int = 20,
        tensorboard=None,
        wandb: bool = False,
        verbose: bool = True,
    ):
        super().__init__()
        for name, value in (("probe_batches", probe_batches), ("every", every)):
            if value != int(value) or value < 1:
                raise ValueError(
                    f"`{name}` must be a positive integer. "
                    f"Received: {name}={value}"
                )
        if tensorboard is not None:
            import_tensorboard()
        self.every = every
        self.tensorboard = tensorboard
        self.wandb = _import_wandb() if wandb else None
        self.verbose = verbose
        self.probe = None if probe is None else Probe(probe, probe_batches)
        self.file = None if filepath is None else FigureFile(filepath)
        self._events = None
        self._begin()

    def _begin(self):
        self._gradients = GradientFigures()
        self._batches = 0
        self._taken_at = 0
        self._started = False
        self._said = False
        self._lines = []

    def on_train_begin(self, logs=None):
        self._close()  # where the last training was broken off
        self._begin()
        if self.probe is not None and not Probe.suits(self.model):
            raise ValueError(
                "`probe` is for models that route, such as "
                "keras_muirf.models.MUIRFImageRestorer; leave it away for "
                f"others. Received: a model of {type(self.model).__name__}"
            )
        if self.wandb is not None and self.wandb.run is None:
            raise ValueError(
                "`wandb=True` logs to a run of Weights & Biases that is under "
                "way: call wandb.init() before fit()."
            )

    def on_epoch_begin(self, epoch, logs=None):
        self._print()
        # Counted anew, so that a resumed run looks at the same steps.
        self._batches = 0
        self._taken_at = 0
        if self._started:
            return
        self._started = True
        if self.file is not None:
            self.file.rewind(epoch)
        if self.tensorboard is not None:
            self._events = EventFile(self.tensorboard, self._step() + 1)

    def on_train_batch_end(self, batch, logs=None):
        self._batches += 1
        # No other access to `self.model`: on JAX each brings the state back.
        if self._batches % self.every == 0:
            self._take_gradients()

    def on_epoch_end(self, epoch, logs=None):
        if self._taken_at < self._batches:
            self._take_gradients()
        model = self.model
        rate = _number(model.optimizer.learning_rate)
        figures = [Figure("learning_rate", rate)]
        rule = _gramian_rule(model)
        if rule is None:
            self._say_once(
                "gradients: no figures, since the optimizer "
                f"{type(model.optimizer).__name__} keeps no inner products of "
                "the tasks' gradients"
            )
        elif len(self._gradients):
            tasks = getattr(model, "weathers", None) or [
                f"task {k}" for k in range(rule.num_tasks)
            ]
            groups = getattr(rule, "group_names", ())
            figures += self._gradients.collect(tasks, groups)
        if self.probe is not None:
            figures += self.probe.figures(model)
        self._write(epoch, figures)
        if self.verbose:
            self._lines += as_lines(figures)
        if logs is not None:
            logs.update(
                {
                    f.name: f.value
                    for f in figures
                    if f.name in LOGGED and not f.task and not f.layer
                }
            )

    def on_train_end(self, logs=None):
        self._print()
        self._close()

    def _close(self):
        if self._events is not None:
            self._events.close()
            self._events = None

    def _take_gradients(self):
        self._taken_at = self._batches
        rule = _gramian_rule(self.model)
        if rule is not None:
            self._gradients.add(
                ops.convert_to_numpy(rule.last_gramian.value),
                ops.convert_to_numpy(rule.last_weights.value),
            )

    def _write(self, epoch, figures):
        step = self._step()
        scalars = {figure.tag: figure.value for figure in figures}
        if self.file is not None:
            self.file.append(epoch, step, figures)
        if self._events is not None:
            self._events.write(step, scalars)
        if self.wandb is not None:
            self.wandb.run.log({**scalars, "epoch": epoch, "step": step})

    def _step(self):
        return int(_number(self.model.optimizer.iterations))

    def _say_once(self, line):
        if not self._said:
            self._lines.append(line)
        self._said = True

    def _print(self):
        # Not at once: Keras' progress bar ends its line after all callbacks.
        if self.verbose:
            for line in self._lines:
                print(line, flush=True)
        self._lines = []


def _gramian_rule(model):
    """The rule over task gradients, if it keeps what it saw."""
    rule = getattr(model, "task_gradient_optimizer", None)
    known = getattr(rule, "last_gramian", None) is not None
    return rule if known else None


def _number(value):
    return float(ops.convert_to_numpy(value))


def _import_wandb():
    try:
        import wandb
    except ImportError as error:
        raise ImportError(
            "`wandb=True` needs the package wandb: pip install wandb"
        ) from error
    return wandb
