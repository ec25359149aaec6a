"""Measuring restored images by stated protocols."""

from keras_muirf.evaluation.classical import (
    DarkChannelPrior as DarkChannelPrior,
)
from keras_muirf.evaluation.classical import Identity as Identity
from keras_muirf.evaluation.classical import MedianFilter as MedianFilter
from keras_muirf.evaluation.evaluate import evaluate as evaluate
from keras_muirf.evaluation.evaluation_set import EvaluationSet as EvaluationSet
from keras_muirf.evaluation.find_sets import find_sets as find_sets
from keras_muirf.evaluation.network import Network as Network
from keras_muirf.evaluation.protocol import Protocol as Protocol
from keras_muirf.evaluation.protocols import PROTOCOLS as PROTOCOLS
from keras_muirf.evaluation.summary import (
    as_confusion_table as as_confusion_table,
)
from keras_muirf.evaluation.summary import as_table as as_table
from keras_muirf.evaluation.summary import confusion as confusion
from keras_muirf.evaluation.summary import summarize as summarize
