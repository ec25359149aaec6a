import pathlib

from keras_muirf.callbacks import Checkpoint
from keras_muirf.callbacks import DamagedCheckpoint
from keras_muirf.callbacks import EpochLog
from keras_muirf.callbacks import NonFiniteGuard
from keras_muirf.callbacks import NonFiniteLoss
from keras_muirf.callbacks import NonFiniteWeights
from keras_muirf.callbacks import StepBudget
from keras_muirf.callbacks import TimeBudget
from keras_muirf.callbacks import TrainingDiagnostics
from keras_muirf.durable_file import is_no_space
from keras_muirf.durable_file import no_space_message
from keras_muirf.restoration import ImageError
from keras_muirf.training.held_out_batches import held_out_batches
from keras_muirf.training.run_error import RunError
from keras_muirf.training.run_folder import CHECKPOINTS
from keras_muirf.training.run_folder import DIAGNOSTICS_FILE
from keras_muirf.training.run_folder import LOG_FILE
from keras_muirf.training.save_preset import save_preset
from keras_muirf.training.stage_data import StageData
from keras_muirf.training.use_devices import leave_devices

_SMOKE_SIDE = 32
_COUNTS = ("bad_steps", "set_aside")


def train(
    restorer,
    sources,
    run,
    stages,
    held_out=None,
    callbacks=(),
    parts=None,
    clear=0.1,
):
    """Trains in stages of growing crops and saves `run.out`/preset.

    Started again, an interrupted run goes on after its last whole epoch, and
    a finished one only loads its weights. Given more minutes or steps it
    trains on. At the end of every epoch a `keras_muirf.callbacks.Checkpoint`
    is written, a row of the log, and with `run.diagnostics` the figures of
    `keras_muirf.callbacks.TrainingDiagnostics`.

    Args:
        restorer: the compiled `keras_muirf.models.MUIRFImageRestorer`.
        sources: `sources` of `keras_muirf.datasets.WeatherMajorDataset`.
        run: from `keras_muirf.training.begin`.
        stages: list of `(stop_at, crop_size, images_per_weather)`: up to
            which part of the minutes or steps which crops are used.
            `run.crop_size` and `run.images_per_weather`, where given, take
            their place.
        held_out: dict from names to sources that are not trained on, as in
            `keras_muirf.training.report`. The diagnostics look at the routing
            of some crops of theirs. Defaults to none: no figures of routing.
        callbacks: list of further `keras.callbacks.Callback`, called before
            the log and the checkpoint are written. Defaults to none.
        parts: dict of further parts of the checkpoint, as in
            `keras_muirf.callbacks.Checkpoint`. Defaults to none.
        clear: float, the share of the crops without weather, which are to be
            told from it and to come back as they are. Defaults to `0.1`.

    Raises:
        RunError: If the disk is full, the loss is not finite, no image of a
            source can be read, or the checkpoints are damaged. The last good
            checkpoint is kept.

    Example:

    ```python
    keras_muirf.training.train(
        restorer,
        {"rain": [(pairs, 1.0), (synthesized, 0.8)]},
        run,
        stages=[(0.6, 64, 16), (1.0, 128, 16)],
        held_out={"my_rain": held_out_pairs},
    )
    ```
    """
    data = StageData(sources, run, restorer.weathers, clear)
    loop = _Loop(restorer, data, run, held_out or {}, callbacks, parts)
    try:
        loop.train(_stages(run, stages))
        leave_devices()
        if run.writes:
            save_preset(restorer, run.out / "preset")
    except (DamagedCheckpoint, NonFiniteLoss, NonFiniteWeights) as error:
        raise RunError(f"{error} {loop.last_good}") from error
    except Exception as error:
        # TensorFlow wraps what a dataset raises in an error of its own.
        cause = loop.data.error or error
        if is_no_space(cause):
            message = str(cause)
            if cause.errno is not None:
                file = cause.filename or run.out
                message = no_space_message(str(file), cause)
            raise RunError(
                f"{message} {loop.last_good} The same command goes on when "
                "there is room."
            ) from error
        if isinstance(cause, ImageError):
            raise RunError(f"{cause} {loop.last_good}") from error
        raise
    print(loop.summary(), flush=True)


def _stages(run, stages):
    """The recipe's stages, or those that were asked for."""
    # On PyTorch there may be more of them than were asked for.
    devices = max(run.devices, run.devices_data.get("replicas", 1))
    asked = run.images_per_weather
    if asked is not None and asked % devices:
        raise RunError(
            f"{asked} images of a weather cannot be divided among {devices} "
            f"devices; take a multiple. Received: images_per_weather={asked}",
            2,
        )
    if run.smoke:
        return [(1.0, _SMOKE_SIDE, asked or devices)]
    if run.crop_size is not None and asked is not None:
        return [(1.0, run.crop_size, asked)]
    return [
        # The recipe's own number is filled up, so that devices can share it.
        (stop_at, run.crop_size or side, asked or images + -images % devices)
        for stop_at, side, images in stages
    ]


class _Loop:
    """One session of a run."""

    def __init__(self, restorer, data, run, held_out, callbacks, parts):
        self.restorer = restorer
        self.data = data
        self.run = run
        self.held_out = held_out
        self.callbacks = list(callbacks)
        self.diagnostics = []
        self.guard = NonFiniteGuard(run.bad_steps)
        self.log = EpochLog(run.out / LOG_FILE, _COUNTS, run.writes)
        self.checkpoint = Checkpoint(
            run.out / CHECKPOINTS, parts, writes=run.writes
        )

    def train(self, stages):
        schedule = None
        for stop_at, crop_size, images_per_weather in stages:
            following = self._schedule(stop_at)
            if schedule is None:
                self.checkpoint.parts |= {
                    "data": self.data,
                    "schedule": following,
                    "guard": self.guard,
                    "log": self.log,
                }
                if not self.checkpoint.restore(self.restorer):
                    # What was killed before its first checkpoint begins anew.
                    following.set_state({"minutes": 0.0, "steps": 0})
                    self.log.set_state({"bytes": 0})
            else:
                following.set_state(schedule.get_state())
                self.checkpoint.parts["schedule"] = following
            schedule = following
            if schedule.spent:
                continue
            dataset = self.data.stage(
                crop_size, images_per_weather, self.checkpoint.epoch
            )
            self._add_diagnostics()
            self.restorer.fit(
                dataset,
                initial_epoch=self.checkpoint.epoch,
                epochs=schedule.epochs,
                verbose=2 if self.run.writes else 0,
                callbacks=[
                    schedule,
                    self.guard,
                    self.data,
                    *self.diagnostics,
                    *self.callbacks,
                    self.log,
                    self.checkpoint,
                ],
            )
        self.schedule = schedule

    def _add_diagnostics(self):
        """Follows gradients, and routing on images that stay the same."""
        if self.run.diagnostics and self.run.writes and not self.diagnostics:
            batches = held_out_batches(
                self.held_out, self.restorer.weathers, self.run.seed
            )
            self.diagnostics.append(
                TrainingDiagnostics(
                    self.run.out / DIAGNOSTICS_FILE, batches or None
                )
            )

    def _schedule(self, stop_at):
        run = self.run
        if run.steps is not None:
            return StepBudget(run.steps, run.learning_rate, stop_at=stop_at)
        return TimeBudget(
            run.minutes,
            run.learning_rate,
            run.out / "budget.json" if run.writes else None,
            stop_at=stop_at,
        )

    @property
    def last_good(self):
        """One sentence on the checkpoint that there is."""
        files = self.checkpoint.files()
        if not files:
            return "There is no checkpoint yet."
        return f"The last checkpoint is {pathlib.Path(files[0])}."

    def summary(self):
        """What became of the run, in a few lines."""
        used = self.schedule.get_state()
        amount = ", ".join(f"{value:g} {name}" for name, value in used.items())
        lines = [f"Trained {self.checkpoint.epoch} epochs, {amount}."]
        if self.guard.bad_steps:
            lines.append(
                f"Steps without a finite loss: {self.guard.bad_steps}."
            )
        aside = self.data.set_aside
        if aside:
            lines += [f"Images that could not be read: {len(aside)}.", *aside]
        return "\n".join(lines)
