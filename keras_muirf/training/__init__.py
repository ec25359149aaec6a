"""What recipes share: parameters, the run's folder, the loop and the report."""

from keras_muirf.training.begin import begin as begin
from keras_muirf.training.find_rule import find_rule as find_rule
from keras_muirf.training.new_restorer import new_restorer as new_restorer
from keras_muirf.training.parameter import Parameter as Parameter
from keras_muirf.training.report import report as report
from keras_muirf.training.run import Run as Run
from keras_muirf.training.run_error import RunError as RunError
from keras_muirf.training.save_preset import save_preset as save_preset
from keras_muirf.training.train import train as train
from keras_muirf.training.use_devices import (
    is_first_process as is_first_process,
)
from keras_muirf.training.use_devices import use_devices as use_devices
