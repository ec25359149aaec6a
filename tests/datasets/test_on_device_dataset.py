"""Batches made on the device hold what batches from the host hold."""

import itertools

import numpy as np
import pytest

from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import OnDeviceDataset
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized
from keras_muirf.datasets.image_pool import ImagePool
from keras_muirf.restoration import ImageError

OFFSET = 55 / 255  # of every pair's input


@pytest.fixture
def sources(make_pairs, make_clean, speckle):
    clean = make_clean()
    return {
        "haze": make_pairs("haze"),
        "rain": [
            (make_pairs("rain"), 3.0),
            (Synthesized(clean, speckle, "rain"), 1.0),
        ],
        "snow": Synthesized(clean, speckle, "snow"),
    }


def dataset(sources, **options):
    options = {"images_per_weather": 4, "crop_size": 8, **options}
    return OnDeviceDataset(sources, **options)


def arrays(batch):
    inputs, y = batch
    return np.array(inputs["image"]), inputs["weather"], np.array(y)


def crops_of(image, size, augment):
    """All crops of an image, in all symmetries."""
    rows, columns = image.shape[0] - size + 1, image.shape[1] - size + 1
    for top, left in itertools.product(range(rows), range(columns)):
        crop = image[top : top + size, left : left + size]
        mirrored = (crop, crop[:, ::-1]) if augment else (crop,)
        for one in mirrored:
            for turns in range(4 if augment == "dihedral" else 1):
                yield np.rot90(one, turns)


def test_batches_are_weather_major(sources):
    x, k, y = arrays(dataset(sources)[0])
    assert x.shape == y.shape == (12, 8, 8, 3)
    assert x.dtype == y.dtype == np.float32 and k.dtype == np.int32
    assert 0 <= y.min() and x.max() <= 1
    assert k.tolist() == [0] * 4 + [1] * 4 + [2] * 4  # rain, snow, haze
    np.testing.assert_allclose(x[8:] - y[8:], OFFSET, atol=1e-6)
    paired = np.isclose(x[:4] - y[:4], OFFSET, atol=1e-6).all(axis=(1, 2, 3))
    assert paired.sum() == 3
    # What is synthesized is speckled or as it was.
    assert ((x[4:8] == y[4:8]) | (x[4:8] == 1)).all()
    assert (x[4:8] != y[4:8]).any()


@pytest.mark.parametrize("augment", [None, "flip", "dihedral"])
def test_crops_are_crops_of_the_images(make_pairs, augment):
    pairs = make_pairs("rain", count=2, size=(12, 10))
    known = {
        crop.tobytes()
        for _, target in (pairs[0], pairs[1])
        for crop in crops_of(target, 8, augment)
    }
    made = dataset({"rain": pairs}, images_per_weather=64, augment=augment)
    seen = set()
    for index in range(3):
        _, _, y = arrays(made[index])
        crops = np.rint(y * 255).astype("uint8")
        seen |= {np.ascontiguousarray(crop).tobytes() for crop in crops}
    assert seen <= known
    # Of 30 crops as they are, and more in symmetries, most turn up.
    assert len(seen) > (0.8 * len(known) if augment is None else 40)


def test_small_images_are_continued_by_reflection(make_pairs):
    pairs = make_pairs("rain", count=1, size=(4, 20))
    made = dataset({"rain": pairs}, augment=None)
    _, _, y = arrays(made[0])
    rows = np.rint(y[0] * 255)
    # 4 rows in the middle of 8; the border row is not repeated.
    np.testing.assert_array_equal(rows[1], rows[3])
    np.testing.assert_array_equal(rows[0], rows[4])
    np.testing.assert_array_equal(rows[6], rows[4])
    np.testing.assert_array_equal(rows[7], rows[3])


def test_a_batch_is_a_function_of_seed_epoch_and_place(sources):
    first, again = dataset(sources, seed=3), dataset(sources, seed=3)
    batch = arrays(first.make_batch(2, 5))
    for a, b in zip(batch, arrays(again.make_batch(2, 5)), strict=True):
        np.testing.assert_array_equal(a, b)
    others = (
        dataset(sources, seed=4).make_batch(2, 5),
        first.make_batch(2, 6),
        first.make_batch(3, 5),
    )
    for other in others:
        assert (arrays(other)[2] != batch[2]).any()


def test_weather_differs_from_batch_to_batch(make_clean, speckle):
    image = make_clean(count=1, size=(8, 8))
    made = dataset({"snow": Synthesized(image, speckle, "snow")}, augment=None)
    (x, _, y), (other, _, same) = arrays(made[0]), arrays(made[1])
    np.testing.assert_array_equal(y, same)
    assert (x != other).any()
    # And from image to image.
    assert (x[0] != x[1]).any()


def test_clear_crops_come_as_they_are(sources):
    x, k, y = arrays(dataset(sources, clear=0.5)[0])
    clear = k >= 3
    assert clear.reshape(3, 4).sum(axis=1).tolist() == [2, 2, 2]
    assert (k % 3).tolist() == [0] * 4 + [1] * 4 + [2] * 4
    np.testing.assert_array_equal(x[clear], y[clear])
    assert (x[~clear] != y[~clear]).any(axis=(1, 2, 3)).all()


def test_unreadable_images_are_left_out(make_pairs, tmp_path, caplog):
    pairs = make_pairs("rain", count=3)
    (tmp_path / "rain" / "gt" / "1.png").write_bytes(b"not an image")
    made = dataset({"rain": PairedFolder(tmp_path / "rain", "rain")})
    assert len(made.set_aside) == 1 and "1.png" in made.set_aside[0]
    assert arrays(made[0])[0].shape == (4, 8, 8, 3)
    assert made.get_state()["set_aside"] == [["1"]]
    for i in (0, 2):
        (tmp_path / "rain" / "gt" / f"{i}.png").write_bytes(b"")
    with pytest.raises(ImageError, match="None of the 3 images"):
        ImagePool([PairedFolder(tmp_path / "rain", "rain")])
    assert len(pairs) == 3


def test_a_pool_is_shared(sources):
    first = dataset(sources)
    second = dataset(sources, crop_size=16, pool=first.pool)
    assert second.pool is first.pool
    assert arrays(second[0])[0].shape == (12, 16, 16, 3)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"zoom": (0.5, 1.0)}, "zoom"),
        ({"replicas": 2}, "replicas"),
        ({"crop_size": (8, 6)}, "square"),
    ],
)
def test_what_it_cannot_do_is_told(sources, options, words):
    with pytest.raises(ValueError, match=words):
        dataset(sources, **options)


def test_images_of_a_pair_have_to_be_equally_large(make_pairs):
    class Unequal:
        weather, names = "rain", ("a",)

        def __len__(self):
            return 1

        def __getitem__(self, index):
            return np.zeros((8, 8, 3), "uint8"), np.zeros((8, 9, 3), "uint8")

    with pytest.raises(ValueError, match="equally large"):
        ImagePool([Unequal()])


def test_it_trains_a_model(make_clean):
    import keras

    import keras_muirf

    clean = CleanFolder(make_clean().directory)
    sources = {
        w.lower(): Synthesized(clean, getattr(keras_muirf.weather, w)())
        for w in ("Rain", "Raindrop")
    }
    made = OnDeviceDataset(
        sources, images_per_weather=2, crop_size=16, steps_per_epoch=2
    )
    restorer = keras_muirf.training.new_restorer("smoke", ("rain", "raindrop"))
    restorer.compile(
        keras_muirf.optimizers.MeanGradient(keras.optimizers.AdamW(1e-3)),
        loss="mae",
    )
    history = restorer.fit(made, epochs=2, verbose=0)
    assert np.isfinite(history.history["loss"]).all()
    assert made.epoch == 2
