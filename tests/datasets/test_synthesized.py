import keras
import numpy as np
import pytest

from keras_muirf.datasets import Synthesized


def test_same_seed_same_weather(make_clean, speckle, rng):
    source = Synthesized(make_clean(), speckle, "snow")
    images = rng.uniform(0, 0.5, (2, 8, 8, 3)).astype("float32")
    first = source.synthesize(images, (1, 2))
    assert first.shape == images.shape and first.dtype == np.float32
    assert not np.array_equal(first, images)
    assert not np.array_equal(first, source.synthesize(images, (3, 4)))
    assert np.array_equal(first, source.synthesize(images, (1, 2)))


def test_several_sizes_known_to_the_layer(make_clean, speckle, rng):
    sizes = []

    class Watching(type(speckle)):
        def call(self, images):
            sizes.append(tuple(images.shape[1:3]))
            return super().call(images)

    source = Synthesized(make_clean(), Watching(), "snow")
    for size in ((8, 8), (9, 8), (10, 7), (8, 8)):
        images = rng.uniform(0, 0.5, (1, *size, 3)).astype("float32")
        assert source.synthesize(images, (1, 2)).shape == (1, *size, 3)
    assert set(sizes) == {(8, 8), (9, 8), (10, 7)}


def test_pairs_are_repeatable_pictures(make_clean, speckle):
    source = Synthesized(make_clean(count=2), speckle, "snow")
    first = list(source.pairs(seed=1))
    assert [name for name, _, _ in first] == ["0", "1"]
    for (_, image, target), (_, again, _) in zip(
        first, source.pairs(seed=1), strict=True
    ):
        assert image.dtype == target.dtype == np.uint8
        assert np.array_equal(image, again)
        untouched = image != 255
        assert np.array_equal(image[untouched], target[untouched])
        assert not np.array_equal(image, target)


def test_names_the_weather_after_the_layer(make_clean):
    class Haze(keras.layers.Layer):
        seed_generator = None

    assert Synthesized(make_clean(), Haze()).weather == "haze"


def test_rejects_what_is_no_weather_and_layers(make_clean, speckle):
    for name in ("clear", "light rain", 3):
        with pytest.raises(ValueError, match=f"{name}"):
            Synthesized(make_clean(), speckle, name)
    with pytest.raises(ValueError, match="seed_generator"):
        Synthesized(make_clean(), keras.layers.Identity(), "snow")
