from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.catalogue_config import leak_configs
from keras_muirf.datasets.catalogue.outdoor_rain.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """Outdoor-Rain, heavy rain with its veil, and Test1."""

    BENCHMARK = BENCHMARK
    BUILDER_CONFIGS = leak_configs()
