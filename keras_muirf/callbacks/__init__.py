from keras_muirf.callbacks.annealing import Annealing
from keras_muirf.callbacks.checkpoint import Checkpoint
from keras_muirf.callbacks.checkpoint_file import DamagedCheckpoint
from keras_muirf.callbacks.checkpoint_file import NonFiniteWeights
from keras_muirf.callbacks.epoch_log import EpochLog
from keras_muirf.callbacks.non_finite_guard import NonFiniteGuard
from keras_muirf.callbacks.non_finite_guard import NonFiniteLoss
from keras_muirf.callbacks.step_budget import StepBudget
from keras_muirf.callbacks.time_budget import TimeBudget
from keras_muirf.callbacks.training_diagnostics import TrainingDiagnostics
from keras_muirf.durable_file import NoSpaceLeft

__all__ = [
    "Annealing",
    "Checkpoint",
    "DamagedCheckpoint",
    "EpochLog",
    "NoSpaceLeft",
    "NonFiniteGuard",
    "NonFiniteLoss",
    "NonFiniteWeights",
    "StepBudget",
    "TimeBudget",
    "TrainingDiagnostics",
]
