from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.rain100l.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """Rain100L, light synthetic rain."""

    BENCHMARK = BENCHMARK
