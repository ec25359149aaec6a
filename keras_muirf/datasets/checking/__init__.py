"""Looking for what is wrong with pairs of images on disk."""

from keras_muirf.datasets.checking.check_pairs import check_pairs
from keras_muirf.datasets.checking.check_pairs import find_sets
from keras_muirf.datasets.checking.data_report import DataReport
from keras_muirf.datasets.checking.examined_files import ExaminedFiles
from keras_muirf.datasets.checking.finding import Finding

__all__ = [
    "DataReport",
    "ExaminedFiles",
    "Finding",
    "check_pairs",
    "find_sets",
]
