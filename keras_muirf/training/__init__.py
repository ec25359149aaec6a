"""What recipes share: parameters, the run's folder, the loop and the report."""

from keras_muirf.training.begin import begin
from keras_muirf.training.find_rule import find_rule
from keras_muirf.training.new_restorer import new_restorer
from keras_muirf.training.parameter import Parameter
from keras_muirf.training.report import report
from keras_muirf.training.run import Run
from keras_muirf.training.run_error import RunError
from keras_muirf.training.save_preset import save_preset
from keras_muirf.training.train import train
from keras_muirf.training.use_devices import is_first_process
from keras_muirf.training.use_devices import use_devices

__all__ = [
    "Parameter",
    "Run",
    "RunError",
    "begin",
    "find_rule",
    "is_first_process",
    "new_restorer",
    "report",
    "save_preset",
    "train",
    "use_devices",
]
