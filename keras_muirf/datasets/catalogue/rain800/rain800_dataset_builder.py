from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.rain800.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """Rain800, synthetic rain of many directions."""

    BENCHMARK = BENCHMARK
