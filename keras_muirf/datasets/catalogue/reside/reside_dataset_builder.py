from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.catalogue_config import CatalogueConfig
from keras_muirf.datasets.catalogue.reside.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """RESIDE, synthetic haze indoors and outdoors."""

    BENCHMARK = BENCHMARK
    BUILDER_CONFIGS = [
        CatalogueConfig(
            name="its",
            description="The indoor training set.",
            splits={"train": "its"},
        ),
        CatalogueConfig(
            name="ots",
            description="The outdoor training set.",
            splits={"train": "ots"},
        ),
        CatalogueConfig(
            name="sots_indoor",
            description="The indoor test, its targets cut to the hazy images.",
            splits={"test": "sots_indoor"},
        ),
        CatalogueConfig(
            name="sots_outdoor",
            description="The outdoor test.",
            splits={"test": "sots_outdoor"},
        ),
    ]
