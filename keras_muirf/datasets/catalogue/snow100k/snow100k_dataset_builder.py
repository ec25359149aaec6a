from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.catalogue_config import CatalogueConfig
from keras_muirf.datasets.catalogue.snow100k.layout import BENCHMARK


class Builder(CatalogueBuilder):
    """Snow100K, synthetic snow in three sizes, and real snow."""

    BENCHMARK = BENCHMARK
    BUILDER_CONFIGS = [
        CatalogueConfig(
            name="paired",
            description="Synthetic snow with its targets.",
            splits={
                split: split
                for split in BENCHMARK.splits
                if split != "realistic"
            },
        ),
        CatalogueConfig(
            name="realistic",
            description="Photographs of snowfall, without targets.",
            splits={"test": "realistic"},
            has_targets=False,
        ),
    ]
