from keras_muirf.callbacks.annealing import Annealing as Annealing
from keras_muirf.callbacks.checkpoint import Checkpoint as Checkpoint
from keras_muirf.callbacks.checkpoint_file import (
    DamagedCheckpoint as DamagedCheckpoint,
)
from keras_muirf.callbacks.checkpoint_file import (
    NonFiniteWeights as NonFiniteWeights,
)
from keras_muirf.callbacks.epoch_log import EpochLog as EpochLog
from keras_muirf.callbacks.non_finite_guard import (
    NonFiniteGuard as NonFiniteGuard,
)
from keras_muirf.callbacks.non_finite_guard import (
    NonFiniteLoss as NonFiniteLoss,
)
from keras_muirf.callbacks.step_budget import StepBudget as StepBudget
from keras_muirf.callbacks.time_budget import TimeBudget as TimeBudget
from keras_muirf.callbacks.training_diagnostics import (
    TrainingDiagnostics as TrainingDiagnostics,
)
from keras_muirf.durable_file import NoSpaceLeft as NoSpaceLeft
