from keras_muirf.datasets.catalogue.allweather.layout import BENCHMARK
from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.catalogue_config import leak_configs


class Builder(CatalogueBuilder):
    """AllWeather, rain, snow and raindrops in one training set."""

    BENCHMARK = BENCHMARK
    BUILDER_CONFIGS = leak_configs()
