from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.nhhaze.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """NH-HAZE, real haze of uneven density."""

    BENCHMARK = BENCHMARK
