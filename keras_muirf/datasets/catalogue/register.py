"""Makes the benchmarks known to TensorFlow Datasets."""

import importlib
import importlib.util
import warnings

from keras_muirf.datasets.catalogue import BENCHMARKS

BUILDERS = (*BENCHMARKS, "paired_images", "synthesized_weather")
"""The names for `tfds.load`: every benchmark, folders of one's own, and
weather on photographs of one's own."""


def register():
    """Registers the builders where TensorFlow Datasets is installed.

    To import them is to register them, which imports no TensorFlow. A broken
    installation is a warning, since nothing else here needs it.
    """
    if importlib.util.find_spec("tensorflow_datasets") is None:
        return
    try:
        # The package around it catches its own errors.
        importlib.import_module("tensorflow_datasets.core")
    except Exception as error:
        warnings.warn(
            "TensorFlow Datasets is installed but cannot be imported "
            f"({error}), so `tfds.load` does not know the benchmarks of "
            "keras-muirf. Install `keras-muirf[datasets]` again.",
            stacklevel=2,
        )
        return
    for name in BUILDERS:
        importlib.import_module(
            f"keras_muirf.datasets.catalogue.{name}.{name}_dataset_builder"
        )
