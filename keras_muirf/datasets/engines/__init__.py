"""The batches of a `WeatherMajorDataset` from other libraries' loaders.

All give what `fit` gets from the dataset itself, in the same order.
"""

from keras_muirf.datasets.engines.as_data_loader import (
    as_data_loader as as_data_loader,
)
from keras_muirf.datasets.engines.as_grain import as_grain as as_grain
from keras_muirf.datasets.engines.as_tf_data import as_tf_data as as_tf_data
