from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.spa_plus.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """SPA+, SPA-Data with another training list."""

    BENCHMARK = BENCHMARK
