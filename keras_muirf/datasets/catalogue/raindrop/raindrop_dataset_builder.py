from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.raindrop.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """RainDrop, photographs through a wet and a clean glass."""

    BENCHMARK = BENCHMARK
