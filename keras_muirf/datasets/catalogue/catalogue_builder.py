import tensorflow_datasets as tfds

from keras_muirf.datasets.catalogue import BENCHMARKS
from keras_muirf.datasets.catalogue.catalogue_config import CatalogueConfig
from keras_muirf.datasets.catalogue.encoded_image import encoded_image
from keras_muirf.datasets.layouts import Benchmark

_SHOWN = 5


class CatalogueBuilder(  # type: ignore[call-arg]
    tfds.core.GeneratorBasedBuilder, skip_registration=True
):
    """Reads a benchmark of the catalogue that lies in `manual_dir`.

    A subclass is called `Builder`, stands in `<name>_dataset_builder.py` and
    names its benchmark; where the benchmark has several parts, it lists them
    as `BUILDER_CONFIGS`.

    Example:

    ```python
    class Builder(CatalogueBuilder):
        BENCHMARK = BENCHMARK
    ```
    """

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First version."}
    BENCHMARK: Benchmark | None = None

    def __init_subclass__(cls, **kwargs):
        if cls.BENCHMARK is not None:
            cls.MANUAL_DOWNLOAD_INSTRUCTIONS = (
                f"Unpack {cls.BENCHMARK.title} into `manual_dir`, best into a "
                f"folder {cls.BENCHMARK.name} of it. There, or in a folder in "
                f"it, are expected:\n{cls.BENCHMARK.expected()}"
            )
        super().__init_subclass__(**kwargs)

    @property
    def benchmark(self):
        """The `keras_muirf.datasets.layouts.Benchmark` of the config."""
        splits = self.choice.splits
        return self.BENCHMARK if splits is None else self.BENCHMARK.part(splits)

    @property
    def choice(self):
        """The config, or one that takes everything but what leaks."""
        return self.builder_config or CatalogueConfig(name="all")

    def _info(self):
        image = tfds.features.Image(shape=(None, None, 3))
        features = {"input": image, "target": image}
        if not self.choice.has_targets:
            del features["target"]
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    **features,
                    "weather": tfds.features.Text(),
                    "name": tfds.features.Text(),
                }
            ),
            supervised_keys=tuple(features) if len(features) == 2 else None,
        )

    def _split_generators(self, dl_manager):
        root = self.benchmark.find(dl_manager.manual_dir, others=BENCHMARKS)
        scans = self.benchmark.scan(root)
        self._require_partners(root, scans)
        kept = {
            split: list(filter(self.choice.keeps, scan.pairs))
            for split, scan in scans.items()
        }
        if not any(kept.values()):
            raise FileNotFoundError(
                f"{self.BENCHMARK.title} in {root} has no pair for the config "
                f"{self.choice.name}. Take another, or add what it describes: "
                f"{self.choice.description}"
            )
        return {
            split: self._generate_examples(pairs)
            for split, pairs in kept.items()
            if pairs
        }

    def _generate_examples(self, pairs):
        for pair in pairs:
            image, target = pair.read()
            example = {
                "input": encoded_image(pair.input, image),
                "weather": pair.weather,
                "name": pair.name,
            }
            if target is not None:
                _require_equal_sizes(pair, image, target)
                example["target"] = encoded_image(pair.target, target)
            yield pair.name, example

    def _require_partners(self, root, scans):
        missing = [text for scan in scans.values() for text in scan.missing]
        if not missing:
            return
        more = len(missing) - _SHOWN
        raise FileNotFoundError(
            f"{self.BENCHMARK.title} in {root} is not complete: "
            + "; ".join(missing[:_SHOWN])
            + (f"; and {more} more" if more > 0 else "")
            + f". `muirf data check {root}` lists all that is wrong."
        )


def _require_equal_sizes(pair, image, target):
    if image.shape != target.shape:
        raise ValueError(
            f"{pair.input} is {image.shape[1]}x{image.shape[0]} and its target "
            f"{pair.target} {target.shape[1]}x{target.shape[0]}. The images of "
            "a pair have to be equally large, and no size is changed silently: "
            "fetch both again, or take the pair out."
        )
