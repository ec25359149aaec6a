"""Images with weather and without, and training batches made of them."""

from keras_muirf.datasets.clean_folder import CleanFolder
from keras_muirf.datasets.evaluation import evaluate_pairs
from keras_muirf.datasets.paired_folder import PairedFolder
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.datasets.weather_major_dataset import WeatherMajorDataset

__all__ = [
    "CleanFolder",
    "PairedFolder",
    "Synthesized",
    "WeatherMajorDataset",
    "evaluate_pairs",
]
