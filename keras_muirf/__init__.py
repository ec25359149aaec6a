"""MUIRF for Keras 3: one network against rain, snow, haze and raindrops."""

from keras_muirf import callbacks
from keras_muirf import datasets
from keras_muirf import evaluation
from keras_muirf import export
from keras_muirf import layers
from keras_muirf import losses
from keras_muirf import metrics
from keras_muirf import models
from keras_muirf import optimizers
from keras_muirf import restoration
from keras_muirf import training
from keras_muirf import weather
from keras_muirf.version import __version__
from keras_muirf.weathers import WEATHERS

__all__ = [
    "WEATHERS",
    "__version__",
    "callbacks",
    "datasets",
    "evaluation",
    "export",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "restoration",
    "training",
    "weather",
]
