from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.rain100h.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """Rain100H, heavy synthetic rain."""

    BENCHMARK = BENCHMARK
