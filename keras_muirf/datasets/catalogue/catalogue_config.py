import dataclasses

import tensorflow_datasets as tfds


@dataclasses.dataclass(eq=False, kw_only=True)
class CatalogueConfig(tfds.core.BuilderConfig):
    """Which part of a benchmark a config of its builder holds.

    Args:
        splits: Dictionary from the names of the config's splits to those of
            the benchmark's. `None` for all, under their own names.
        weather: String, to leave out pairs of any other; `None` for all.
        with_leak: Boolean. Keep pairs whose target also stands in a test set.
        has_targets: Boolean. Whether examples have the feature `target`.
    """

    splits: dict | None = None
    weather: str | None = None
    with_leak: bool = False
    has_targets: bool = True

    def keeps(self, pair):
        """Whether a `keras_muirf.datasets.layouts.ImagePair` is in it."""
        return (self.with_leak or not pair.leaked) and (
            self.weather in (None, pair.weather)
        )


def leak_configs():
    """Two configs: without the pairs of a test set's scenes, and with them."""
    return [
        CatalogueConfig(
            name="without_leak",
            description="Without the scenes of the test set Test1.",
        ),
        CatalogueConfig(
            name="with_leak",
            description="As published, the scenes of Test1 among the others.",
            with_leak=True,
        ),
    ]
