import pickle

import numpy as np
import pytest
import pyvips

from keras_muirf.datasets.catalogue.synthesized_weather import WeatherMaker

pytestmark = pytest.mark.every_backend
SIZE = 32


@pytest.fixture
def photograph(rng):
    return rng.integers(0, 256, (50, 60, 3), "uint8")


def make(photograph, name="a/street", **settings):
    """All examples of a photograph, by name; a small and quick maker's."""
    maker = WeatherMaker(**{"weathers": ("haze",), "size": SIZE, **settings})
    return dict(maker.examples(name, photograph))


def decode(png):
    return pyvips.Image.new_from_buffer(png, "").numpy()


def is_crop(crop, image):
    windows = np.lib.stride_tricks.sliding_window_view(
        image, crop.shape[:2], axis=(0, 1)
    )
    same = windows == np.moveaxis(crop, -1, 0)
    return same.all(axis=(-3, -2, -1)).any()


@pytest.mark.slow
def test_every_weather_is_put_on_crops_of_the_photograph(photograph):
    weathers = ("rain", "snow", "haze", "raindrop")
    examples = make(photograph, weathers=weathers, copies=2)
    assert list(examples) == [
        f"a/street_{weather}_{copy}" for weather in weathers for copy in (0, 1)
    ]
    for name, example in examples.items():
        image, target = decode(example["input"]), decode(example["target"])
        assert image.shape == target.shape == (SIZE, SIZE, 3)
        assert is_crop(target, photograph)
        assert (image != target).mean() > 0.01
        assert example["name"] == name
        assert f"a/street_{example['weather']}" in name


def test_crops_and_weather_are_drawn_anew_for_every_copy(photograph):
    examples = list(make(photograph, copies=6).values())
    assert len({example["target"] for example in examples}) == 6
    # Of one colour all over, so that crops are alike and weather is not.
    grey = np.full_like(photograph, 100)
    examples = list(make(grey, copies=6).values())
    assert len({example["target"] for example in examples}) == 1
    assert len({example["input"] for example in examples}) == 6


def test_examples_do_not_depend_on_what_else_is_made(photograph):
    alone = make(photograph)
    # In another order, after other work, by a copy of the maker.
    maker = WeatherMaker(weathers=("haze",), size=SIZE, copies=3)
    maker = pickle.loads(pickle.dumps(maker))
    dict(maker.examples("b/other", photograph[::-1].copy()))
    among_others = dict(maker.examples("a/street", photograph))
    assert len(among_others) == 3
    assert alone.items() < among_others.items()


@pytest.mark.parametrize("change", [{"seed": 1}, {"name": "b/street"}])
def test_seed_and_name_draw_other_weather(photograph, change):
    (one,), (other,) = (
        make(photograph).values(),
        make(photograph, **change).values(),
    )
    assert one["input"] != other["input"]


def test_severity_0_leaves_the_photograph(photograph):
    (example,) = make(photograph, severity=0.0).values()
    assert example["input"] == example["target"]


def test_a_small_photograph_is_continued_to_the_size(photograph):
    small = photograph[:20, :1]
    (example,) = make(small).values()
    target = decode(example["target"])
    assert target.shape == (SIZE, SIZE, 3)
    assert is_crop(small, target)


def test_longest_side_shows_more_of_a_photograph():
    ramp = np.zeros((320, 640, 3), "uint8")
    ramp[:] = np.linspace(0, 255, 640)[None, :, None]

    def shown(**settings):
        (example,) = make(ramp, **settings).values()
        return np.ptp(decode(example["target"])[:, :, 0].astype(int))

    # 32 of 640 columns; then 32 of 64, a tenth of the photograph's.
    assert shown() < 20
    assert 100 < shown(longest_side=64) < 160
    assert shown(longest_side=640) < 20


@pytest.mark.parametrize(
    "settings, message",
    [
        ({"weathers": ("hail",)}, "names from rain, snow, haze, raindrop"),
        ({"weathers": "rain"}, "a tuple of names"),
        ({"weathers": ()}, "a tuple of names"),
        ({"weathers": ("rain", "rain")}, "raise `copies`"),
        ({"copies": 0}, "`copies` has to be an integer of at least 1"),
        ({"size": 1.5}, "`size` has to be an integer"),
        ({"longest_side": 0}, "`longest_side` has to be an integer"),
        ({"seed": "a"}, "`seed` has to be an integer"),
    ],
)
def test_settings_outside_their_limits_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        WeatherMaker(**settings)


def test_a_wrong_severity_is_refused_before_the_work_begins():
    with pytest.raises(ValueError, match="severity"):
        WeatherMaker(severity=2.0).make_layers()
