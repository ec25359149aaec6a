from keras_muirf.datasets.catalogue.catalogue_builder import CatalogueBuilder
from keras_muirf.datasets.catalogue.paired_images.layout import BENCHMARK
from keras_muirf.datasets.catalogue.paired_images.paired_images_config import (
    PairedImagesConfig,
)
from keras_muirf.datasets.layouts import Benchmark


class Builder(CatalogueBuilder):
    """Pairs of one's own, as a `PairedImagesConfig` says that they lie."""

    BENCHMARK = BENCHMARK
    BUILDER_CONFIGS = [
        PairedImagesConfig(
            name="by_weather",
            description="Folders called after weathers, input and gt in each.",
        )
    ]

    @property
    def benchmark(self):
        layouts = self.choice.layouts
        if layouts is None:
            return self.BENCHMARK
        name = self.choice.name
        return Benchmark(name, name, {s: (v,) for s, v in layouts.items()})
