"""Images with weather and without, and training batches made of them."""

from keras_muirf.datasets import checking as checking
from keras_muirf.datasets.benchmark_pairs import (
    BenchmarkPairs as BenchmarkPairs,
)
from keras_muirf.datasets.catalogue.register import register
from keras_muirf.datasets.clean_folder import CleanFolder as CleanFolder
from keras_muirf.datasets.discover_pairs import discover_pairs as discover_pairs
from keras_muirf.datasets.engines import as_data_loader as as_data_loader
from keras_muirf.datasets.engines import as_grain as as_grain
from keras_muirf.datasets.engines import as_tf_data as as_tf_data
from keras_muirf.datasets.exposed import Exposed as Exposed
from keras_muirf.datasets.match_target import match_target as match_target
from keras_muirf.datasets.matched_pairs import MatchedPairs as MatchedPairs
from keras_muirf.datasets.on_device_dataset import (
    OnDeviceDataset as OnDeviceDataset,
)
from keras_muirf.datasets.pair_set import PairSet as PairSet
from keras_muirf.datasets.pair_source import PairSource as PairSource
from keras_muirf.datasets.paired_folder import PairedFolder as PairedFolder
from keras_muirf.datasets.synthesized import Synthesized as Synthesized
from keras_muirf.datasets.tfds_pairs import TFDSPairs as TFDSPairs
from keras_muirf.datasets.weather_major_dataset import (
    WeatherMajorDataset as WeatherMajorDataset,
)

register()
