from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.ohaze.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """O-HAZE, real haze outdoors."""

    BENCHMARK = BENCHMARK
