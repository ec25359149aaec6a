import itertools
import os
import pickle
import random

import keras
import numpy as np
import pytest

from keras_muirf.datasets import Synthesized
from keras_muirf.datasets import WeatherMajorDataset


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
    options = {
        "images_per_weather": 4,
        "crop_size": 8,
        "steps_per_epoch": 5,
        **options,
    }
    return WeatherMajorDataset(sources, **options)


def equal(a, b):
    return all(
        np.array_equal(p, q)
        for p, q in (
            (a[0]["image"], b[0]["image"]),
            (a[0]["weather"], b[0]["weather"]),
            (a[1], b[1]),
        )
    )


def test_batches_are_weather_major(sources):
    inputs, y = dataset(sources)[0]
    x, k = inputs["image"], inputs["weather"]
    assert x.shape == y.shape == (12, 8, 8, 3)
    assert x.dtype == y.dtype == np.float32 and k.dtype == np.int32
    assert 0 <= y.min() and x.max() <= 1
    assert k.tolist() == [0] * 4 + [1] * 4 + [2] * 4  # rain, snow, haze
    np.testing.assert_allclose(x[8:] - y[8:], 55 / 255, atol=1e-6)
    # Three of the four crops of rain are of the pairs, one is synthesized.
    paired = np.isclose(x[:4] - y[:4], 55 / 255).all(axis=(1, 2, 3))
    assert paired.sum() == 3
    assert ((x[4:8] == y[4:8]) | (x[4:8] == 1)).all()
    assert (x[4:8] != y[4:8]).any()


def test_labels_follow_the_models_weathers(make_pairs):
    batches = dataset(
        {"rain": make_pairs("rain"), "haze": make_pairs("haze")},
        weathers=("haze", "snow", "rain"),
    )
    inputs, _ = batches[0]
    assert inputs["weather"].tolist() == [0] * 4 + [2] * 4


def test_weathers_of_ones_own_come_after_those_of_the_package(make_pairs):
    names = ("dust", "haze", "ash", "rain")
    batches = dataset({name: make_pairs(name) for name in names})
    assert batches.weathers == ("rain", "haze", "dust", "ash")


def test_a_share_of_every_weather_is_clear(sources):
    found = []
    batches = dataset(sources, clear=0.3)
    for batch in range(20):
        inputs, y = batches.make_batch(0, batch)
        clear = inputs["weather"] >= 3
        # One or two of four.
        assert set(clear.reshape(3, 4).sum(1)) <= {1, 2}
        np.testing.assert_array_equal(
            inputs["weather"] % 3, np.repeat(np.arange(3), 4)
        )
        same = (inputs["image"] == y).all(axis=(1, 2, 3))
        assert same[clear].all() and not same[~clear].any()
        found.append(clear)
    assert 1.0 < 4 * np.mean(found) < 1.5
    assert len({tuple(clear) for clear in found}) > 1
    with pytest.raises(ValueError, match="`clear` is a share"):
        dataset(sources, clear=1.0)


def test_batch_depends_on_seed_epoch_and_index_only(sources):
    straight = dataset(sources)
    first = [straight[i] for i in range(5)]
    other = dataset(sources, prefetch=0)
    assert equal(other[3], first[3]) and equal(other[0], first[0])
    assert not equal(first[0], first[1])
    other.epoch = 1
    assert not equal(other[0], first[0])
    assert not equal(dataset(sources, seed=1)[0], first[0])


def test_the_number_of_threads_changes_nothing(sources):
    expected = dataset(sources, threads=0).make_batch(0, 0)
    for threads in (1, 7):
        for _ in range(3):
            batches = dataset(sources, threads=threads)
            assert equal(batches.make_batch(0, 0), expected)


def test_a_pickled_dataset_makes_the_same_batches(make_pairs):
    batches = dataset({"rain": make_pairs("rain")}, seed=4, epoch=2)
    expected = batches[1]
    assert equal(pickle.loads(pickle.dumps(batches))[1], expected)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_forked_processes_are_refused(sources):
    batches = dataset(sources)
    child = os.fork()
    if not child:
        try:
            batches.make_batch(0, 0)
        except RuntimeError as error:
            os._exit(0 if "spawn" in str(error) else 2)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_pairs_of_two_sizes_are_named(make_pairs, save_image):
    pairs = make_pairs("rain", count=1)
    path = pairs.directory / "gt" / "0.png"
    save_image(path, np.zeros((20, 24, 3), "uint8"))
    with pytest.raises(ValueError, match="pair 0 of rain .* equally large"):
        dataset({"rain": pairs})[0]


def test_prefetched_batches_survive_a_change_of_epoch(sources):
    batches = dataset(sources, prefetch=3)
    batches[0]
    batches.epoch = 7
    assert equal(batches[1], batches.make_batch(7, 1))


def test_an_error_while_making_a_batch_reaches_the_caller(sources):
    batches = dataset(sources)

    def fail(name):
        raise OSError(f"{name} is gone")

    sources["haze"].read = fail
    with pytest.raises(OSError, match="is gone"):
        batches[0]


@pytest.mark.parametrize("augment", [None, "flip", "dihedral"])
def test_augmentation_keeps_pairs(make_pairs, augment):
    pairs = make_pairs("rain", size=(8, 8), count=1)
    batches = dataset({"rain": pairs}, augment=augment, images_per_weather=64)
    inputs, y = batches[0]
    np.testing.assert_allclose(inputs["image"] - y, 55 / 255, atol=1e-6)
    variants = {np.ascontiguousarray(crop).tobytes() for crop in y}
    assert len(variants) == {None: 1, "flip": 2, "dihedral": 8}[augment]


def test_zoom_changes_synthesized_crops_only(sources):
    plain, zoomed = dataset(sources), dataset(sources, zoom=(0.5, 0.5))
    assert not equal(plain[0], zoomed[0])
    pairs = {"rain": sources["rain"][0], "haze": sources["haze"]}
    assert equal(dataset(pairs)[0], dataset(pairs, zoom=(0.5, 0.5))[0])


def test_images_smaller_than_the_crop(make_pairs):
    pairs = {"rain": make_pairs("rain")}
    with pytest.raises(ValueError, match="square"):
        dataset(pairs, crop_size=(40, 12))
    batches = dataset(pairs, crop_size=(40, 12), augment="flip")
    assert batches[0][1].shape == (4, 40, 12, 3)


class Recorder(WeatherMajorDataset):
    def make_batch(self, epoch, index):
        batch = super().make_batch(epoch, index)
        self.__dict__.setdefault("made", []).append((epoch, index))
        return batch


def tiny_model():
    image = keras.Input((None, None, 3), name="image")
    weather = keras.Input((), dtype="int32", name="weather")
    shift = keras.layers.Embedding(4, 3)(weather)
    shift = keras.layers.Reshape((1, 1, 3))(shift)
    restored = keras.layers.Conv2D(3, 1)(image) + shift
    return keras.Model({"image": image, "weather": weather}, restored)


def weights_after(sources, epochs, stop=None, shuffling=0):
    keras.utils.set_random_seed(0)
    model = tiny_model()
    random.seed(shuffling)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    stops = [0, epochs] if stop is None else [0, stop, epochs]
    for first, last in itertools.pairwise(stops):
        batches = dataset(sources, seed=3, epoch=first)
        model.fit(batches, initial_epoch=first, epochs=last, verbose=0)
        assert batches.epoch == last
    return model.get_weights()


def test_fit_resumes_where_it_stopped(sources):
    straight = weights_after(sources, epochs=3)
    stopped = weights_after(sources, epochs=3, stop=1, shuffling=1)
    other = weights_after(sources, epochs=2)
    for a, b in zip(straight, stopped, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)
    assert any(
        np.abs(a - b).max() > 1e-4 for a, b in zip(straight, other, strict=True)
    )


def test_a_fixed_dataset_repeats_its_epoch(sources):
    model = tiny_model()
    model.compile(loss="mse")
    batches = dataset(sources, fixed=True)
    losses = [model.evaluate(batches, verbose=0) for _ in range(2)]
    assert losses[0] == pytest.approx(losses[1], abs=1e-7)
    batches.fixed = False
    model.evaluate(batches, verbose=0)
    assert model.evaluate(batches, verbose=0) != losses[0]


def test_fit_sees_each_batch_of_each_epoch(sources):
    keras.utils.set_random_seed(0)
    model = tiny_model()
    model.compile(keras.optimizers.SGD(0.1), "mse")
    batches = Recorder(
        sources, images_per_weather=1, crop_size=8, steps_per_epoch=4
    )
    history = model.fit(
        batches, epochs=3, verbose=0, validation_data=dataset(sources)
    )
    assert len(history.history["val_loss"]) == 3
    wanted = {(epoch, index) for epoch in range(3) for index in range(4)}
    assert set(batches.made) == wanted
    assert batches.epoch == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"augment": "rotate"}, "augment"),
        ({"zoom": (0, 1)}, "zoom"),
        ({"zoom": (2, 1)}, "zoom"),
        ({"images_per_weather": 0}, "images_per_weather"),
        ({"steps_per_epoch": 0}, "steps_per_epoch"),
        ({"crop_size": 0}, "crop_size"),
        ({"prefetch": -1}, "prefetch"),
        ({"threads": -1}, "threads"),
        ({"weathers": ("rain", "snow")}, "rain, snow"),
    ],
)
def test_rejects_options(sources, options, message):
    with pytest.raises(ValueError, match=message):
        dataset(sources, **options)


def test_rejects_sources(make_pairs):
    pairs = make_pairs("rain")
    with pytest.raises(ValueError, match="cannot stand under 'haze'"):
        dataset({"haze": pairs})
    with pytest.raises(ValueError, match="no images"):
        dataset({"rain": pairs.subset([])})
    with pytest.raises(ValueError, match="positive weight"):
        dataset({"rain": [(pairs, 0.0)]})
    with pytest.raises(ValueError, match="0 or more"):
        dataset({"rain": [(pairs, -1.0)]})
    with pytest.raises(ValueError, match="for some of the weathers"):
        dataset({})
    with pytest.raises(IndexError, match="index=5"):
        dataset({"rain": pairs})[5]


@pytest.mark.slow
def test_all_weathers_by_their_layers(make_clean):
    from keras_muirf import weather

    clean = make_clean(size=(40, 48))
    layers = {
        "rain": weather.Rain(),
        "snow": weather.Snow(),
        "haze": weather.Haze(),
        "raindrop": weather.Raindrop(),
    }
    batches = dataset(
        {name: Synthesized(clean, layer) for name, layer in layers.items()},
        images_per_weather=2,
        crop_size=32,
    )
    inputs, y = batches[1]
    assert inputs["weather"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    changes = np.abs(inputs["image"] - y).mean(axis=(1, 2, 3))
    assert (changes > 1e-3).all()
    assert equal(batches[1], (inputs, y))
