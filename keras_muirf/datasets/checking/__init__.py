"""Looking for what is wrong with pairs of images on disk."""

from keras_muirf.datasets.checking.check_pairs import check_pairs as check_pairs
from keras_muirf.datasets.checking.check_pairs import find_sets as find_sets
from keras_muirf.datasets.checking.data_report import DataReport as DataReport
from keras_muirf.datasets.checking.examined_files import (
    ExaminedFiles as ExaminedFiles,
)
from keras_muirf.datasets.checking.finding import Finding as Finding
