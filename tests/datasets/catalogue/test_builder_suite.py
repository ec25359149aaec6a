"""TensorFlow Datasets' own test, for every builder and config."""

import tempfile

import keras
import pytest
import tensorflow_datasets as tfds
from drawn_layouts import FORMS
from drawn_layouts import draw_form

from keras_muirf.datasets.catalogue import BENCHMARKS

# Not `once`: the first backend of all is not the one it needs.
pytestmark = pytest.mark.every_backend

if keras.backend.backend() != "tensorflow":
    pytest.skip("needs TensorFlow", allow_module_level=True)

PAIRED_IMAGES = """
[train]
rain/input/2.jpg | rain/gt/2.png
rain/input/10.png | rain/gt/10.png
raindrop/input/2.png | raindrop/gt/2.png
snow/input/street/2.png | snow/gt/street/2.png
"""


def drawn(name):
    return PAIRED_IMAGES if name == "paired_images" else FORMS[name][0]


def expected_splits(lines, config):
    """How many lines a config should have, told by the lines themselves."""
    counts = {}
    for split, name in (config.splits or {s: s for s in lines}).items():
        counts[split] = sum(
            (config.with_leak or "leaked" not in more)
            and (config.weather is None or f"/{config.weather}/" in image)
            for image, _, more in lines[name]
        )
    return counts


class DrawnData:
    """Draws the builder's files before its tests, and counts them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.EXAMPLE_DIR = cls.folder.name
        lines = draw_form(drawn(cls.DATASET_CLASS.name), cls.EXAMPLE_DIR)
        if cls.CONFIG is None:
            cls.SPLITS = {split: len(lines[split]) for split in lines}
        else:
            cls.SPLITS = expected_splits(lines, cls.CONFIG)


for name in (*BENCHMARKS, "paired_images"):
    builder = tfds.builder_cls(name)
    for config in builder.BUILDER_CONFIGS or [None]:
        title = f"Test_{name}" + (f"_{config.name}" if config else "")
        globals()[title] = type(
            title,
            (DrawnData, tfds.testing.DatasetBuilderTestCase),
            {
                "DATASET_CLASS": builder,
                "CONFIG": config,
                "BUILDER_CONFIG_NAMES_TO_TEST": config and [config.name],
            },
        )
