"""Images with weather and without, and training batches made of them."""

from keras_muirf.datasets import checking
from keras_muirf.datasets.benchmark_pairs import BenchmarkPairs
from keras_muirf.datasets.catalogue.register import register
from keras_muirf.datasets.clean_folder import CleanFolder
from keras_muirf.datasets.discover_pairs import discover_pairs
from keras_muirf.datasets.engines import as_data_loader
from keras_muirf.datasets.engines import as_grain
from keras_muirf.datasets.engines import as_tf_data
from keras_muirf.datasets.on_device_dataset import OnDeviceDataset
from keras_muirf.datasets.pair_set import PairSet
from keras_muirf.datasets.pair_source import PairSource
from keras_muirf.datasets.paired_folder import PairedFolder
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.datasets.tfds_pairs import TFDSPairs
from keras_muirf.datasets.weather_major_dataset import WeatherMajorDataset

__all__ = [
    "BenchmarkPairs",
    "CleanFolder",
    "OnDeviceDataset",
    "PairSet",
    "PairSource",
    "PairedFolder",
    "Synthesized",
    "TFDSPairs",
    "WeatherMajorDataset",
    "as_data_loader",
    "as_grain",
    "as_tf_data",
    "checking",
    "discover_pairs",
]

register()
