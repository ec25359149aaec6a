from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.realsnow.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """RealSnow, real snow with targets made of videos."""

    BENCHMARK = BENCHMARK
