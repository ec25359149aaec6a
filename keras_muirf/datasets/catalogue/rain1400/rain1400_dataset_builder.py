from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.rain1400.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """Rain1400, fourteen synthetic rains for each scene."""

    BENCHMARK = BENCHMARK
