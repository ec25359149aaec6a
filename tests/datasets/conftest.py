import keras
import numpy as np
import pytest
from keras import ops


class Speckle(keras.layers.Layer):
    """The smallest layer that behaves like those of keras_muirf.weather."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, images):
        noise = keras.random.uniform(
            ops.shape(images), seed=self.seed_generator
        )
        return ops.where(noise > 0.9, 1.0, images)


@pytest.fixture
def speckle():
    return Speckle()


@pytest.fixture
def make_pairs(tmp_path, save_image):
    """Returns a function that writes and opens a small `PairedFolder`."""
    from keras_muirf.datasets import PairedFolder

    def make(weather, count=4, size=(24, 20), **options):
        rng = np.random.default_rng(count)
        for i in range(count):
            target = rng.integers(0, 200, (*size, 3), "uint8")
            save_image(tmp_path / weather / "gt" / f"{i}.png", target)
            # The input is its target plus 55, so that a pair that stays a
            # pair can be told from one that does not.
            image = target + np.uint8(55)
            save_image(tmp_path / weather / "input" / f"{i}.png", image)
        return PairedFolder(tmp_path / weather, weather, **options)

    return make


@pytest.fixture
def make_clean(tmp_path, save_image):
    """Returns a function that writes and opens a small `CleanFolder`."""
    from keras_muirf.datasets import CleanFolder

    def make(count=3, size=(24, 20), **options):
        rng = np.random.default_rng(count)
        for i in range(count):
            image = rng.integers(0, 256, (*size, 3), "uint8")
            save_image(tmp_path / "clean" / f"{i}.png", image)
        return CleanFolder(tmp_path / "clean", **options)

    return make
