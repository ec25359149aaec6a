from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.revide.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """REVIDE, real haze in indoor videos."""

    BENCHMARK = BENCHMARK
