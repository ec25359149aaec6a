"""Measuring restored images by stated protocols."""

from keras_muirf.evaluation.classical import DarkChannelPrior
from keras_muirf.evaluation.classical import Identity
from keras_muirf.evaluation.classical import MedianFilter
from keras_muirf.evaluation.evaluate import evaluate
from keras_muirf.evaluation.evaluation_set import EvaluationSet
from keras_muirf.evaluation.find_sets import find_sets
from keras_muirf.evaluation.network import Network
from keras_muirf.evaluation.protocol import Protocol
from keras_muirf.evaluation.protocols import PROTOCOLS
from keras_muirf.evaluation.summary import as_confusion_table
from keras_muirf.evaluation.summary import as_table
from keras_muirf.evaluation.summary import confusion
from keras_muirf.evaluation.summary import summarize

__all__ = [
    "PROTOCOLS",
    "DarkChannelPrior",
    "EvaluationSet",
    "Identity",
    "MedianFilter",
    "Network",
    "Protocol",
    "as_confusion_table",
    "as_table",
    "confusion",
    "evaluate",
    "find_sets",
    "summarize",
]
