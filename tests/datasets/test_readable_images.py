import json

import numpy as np
import pytest

from keras_muirf.datasets import Synthesized
from keras_muirf.datasets import WeatherMajorDataset
from keras_muirf.restoration import ImageError


def truncate(path):
    path.write_bytes(path.read_bytes()[:60])


def spoil(path):
    path.write_bytes(b"no image at all")


def dataset(pairs, **options):
    options = {"images_per_weather": 8, "crop_size": 8, **options}
    return WeatherMajorDataset({"rain": pairs}, steps_per_epoch=4, **options)


def images(batches, epochs=2):
    made = [
        batches.make_batch(e, i)[1] for e in range(epochs) for i in range(4)
    ]
    return np.stack(made)


def warnings(caplog):
    """What this package warned about; libvips has words of its own."""
    return [r.getMessage() for r in caplog.records if r.name == "keras_muirf"]


def names(reasons):
    return sorted(reason.split(":")[0].split("/")[-1] for reason in reasons)


@pytest.mark.parametrize("damage", [truncate, spoil, lambda p: p.unlink()])
def test_a_damaged_image_is_named_once_and_replaced(make_pairs, caplog, damage):
    pairs = make_pairs("rain", count=3)
    damage(pairs.directory / "input" / "1.png")
    reads = []
    read = pairs.read
    pairs.read = lambda name: reads.append(name) or read(name)
    batches = dataset(pairs, threads=0)
    made = images(batches)
    # Full batches of the others alone, by the values of their pixels.
    good = {pairs[i][1].tobytes() for i in (0, 2)}
    assert made.shape == (8, 8, 8, 8, 3) and len(good) == 2
    (warning,) = warnings(caplog)
    assert warning.startswith("Set aside: ") and "input/1.png" in warning
    assert names(batches.set_aside) == ["1.png"] and len(pairs.set_aside) == 1
    assert reads.count("1") == 1


def test_batches_are_a_function_of_the_files(make_pairs):
    pairs = make_pairs("rain", count=6, cache=False)
    untouched = images(dataset(pairs))
    for name in ("1", "4"):
        truncate(pairs.directory / "gt" / f"{name}.png")

    def again(**options):
        return dataset(make_pairs_again(pairs), **options)

    expected = images(again(threads=0))
    assert not np.array_equal(expected, untouched)
    # Places that had drawn another image keep it.
    same = [
        np.array_equal(a, b)
        for a, b in zip(
            expected.reshape(-1, 8, 8, 3),
            untouched.reshape(-1, 8, 8, 3),
            strict=True,
        )
    ]
    assert 0.3 < np.mean(same) < 0.9
    for threads in (1, 5):
        np.testing.assert_array_equal(images(again(threads=threads)), expected)
    # From the middle, when nothing is known yet and when all is.
    late = again()
    np.testing.assert_array_equal(late.make_batch(1, 2)[1], expected[6])
    images(late)
    np.testing.assert_array_equal(late.make_batch(1, 2)[1], expected[6])


def make_pairs_again(pairs):
    """The same folder, with nothing known of its files."""
    fresh = pairs.subset(range(len(pairs)))
    fresh.set_aside = type(pairs.set_aside)()
    return fresh


def test_what_is_set_aside_is_kept_with_a_run(make_pairs, caplog):
    pairs = make_pairs("rain", count=4, cache=False)
    kept = {n: (pairs.directory / "gt" / f"{n}.png").read_bytes() for n in "12"}
    for name in kept:
        spoil(pairs.directory / "gt" / f"{name}.png")
    batches = dataset(pairs, epoch=5)
    images(batches)
    state = json.loads(json.dumps(batches.get_state()))
    caplog.clear()

    # One of them was put right meanwhile.
    (pairs.directory / "gt" / "1.png").write_bytes(kept["1"])
    resumed = dataset(make_pairs_again(pairs))
    resumed.set_state(state)
    assert resumed.epoch == 5
    assert names(resumed.set_aside) == ["2.png"]
    assert not warnings(caplog)


def test_a_source_without_any_readable_image_is_an_error(make_pairs):
    pairs = make_pairs("rain", count=2)
    for name in "01":
        truncate(pairs.directory / "input" / f"{name}.png")
    batches = dataset(pairs)
    with pytest.raises(
        ImageError, match="None of the 2 images of a source of rain .*0.png"
    ) as error:
        batches[0]
    # What engines would wrap in an error of their own.
    assert batches.error is error.value


def test_photographs_of_several_sources_are_named_once(
    make_clean, speckle, caplog
):
    clean = make_clean(count=3)
    truncate(clean.paths[1])
    batches = WeatherMajorDataset(
        {w: Synthesized(clean, speckle, w) for w in ("rain", "snow")},
        images_per_weather=8,
        crop_size=8,
    )
    batches.make_batch(0, 0)
    assert len(batches.set_aside) == len(warnings(caplog)) == 1


class Listed:
    """A source of photographs that is not of this package."""

    names = ("a", "b")

    def __len__(self):
        return 2

    def __getitem__(self, index):
        if index:
            raise ImageError("b: damaged.")
        return np.zeros((8, 8, 3), "uint8")


def test_sources_of_others_are_served_too(speckle):
    batches = WeatherMajorDataset(
        {"rain": Synthesized(Listed(), speckle, "rain")},
        images_per_weather=8,
        crop_size=8,
    )
    batches.make_batch(0, 0)
    assert batches.set_aside == ["b: damaged."]
    assert batches.get_state()["set_aside"] == [["b"]]


def test_a_damaged_header_does_not_stop_the_folder(make_pairs):
    from keras_muirf.datasets import PairedFolder

    pairs = make_pairs("rain", count=3)
    spoil(pairs.directory / "gt" / "0.png")
    again = PairedFolder(pairs.directory, "rain")
    batches = dataset(again)
    images(batches)
    assert names(batches.set_aside) == ["0.png"]
