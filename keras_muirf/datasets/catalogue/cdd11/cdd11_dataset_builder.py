from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.catalogue_config import CatalogueConfig
from keras_muirf.datasets.catalogue.cdd11.layout import BENCHMARK
from keras_muirf.datasets.catalogue.cdd11.layout import DEGRADATIONS


class Builder(CatalogueBuilder):
    """CDD-11, eleven degradations and their mixtures."""

    BENCHMARK = BENCHMARK
    BUILDER_CONFIGS = [
        CatalogueConfig(name="all", description="All eleven degradations."),
        *(
            CatalogueConfig(
                name=weather,
                description=f"Only {weather.replace('_', ' and ')}.",
                weather=weather,
            )
            for weather in DEGRADATIONS
        ),
    ]
