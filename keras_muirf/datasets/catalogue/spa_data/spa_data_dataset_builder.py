from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.spa_data.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """SPA-Data, real rain with targets made of videos."""

    BENCHMARK = BENCHMARK
