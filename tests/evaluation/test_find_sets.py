import numpy as np
import pytest

from keras_muirf.evaluation import find_sets
from keras_muirf.metrics import image_quality


def test_sets_are_found_with_their_weathers(data):
    sets = find_sets(data)
    assert [(some.name, some.weather) for some in sets] == [
        ("fog", "haze"),
        ("streaks", "rain"),
        ("photos (clean)", "clear"),
    ]
    assert [len(some.source.names) for some in sets] == [3, 3, 1]
    assert len(find_sets(data, limit=2)[0].source.names) == 2
    image, target = sets[2].source[0]
    np.testing.assert_array_equal(image, target)


def test_photographs_lie_in_clean_or_in_folders_of_it(data, save_image, rng):
    photograph = rng.integers(0, 256, (24, 32, 3), "uint8")
    save_image(data / "clean" / "b.png", photograph)
    names = [some.name for some in find_sets(data)]
    assert names[2:] == ["clean (clean)", "photos (clean)"]


def test_incomplete_sets_and_empty_folders_are_errors(data, tmp_path):
    (data / "fog/haze/gt/1.png").unlink()
    with pytest.raises(ValueError, match="fog is not complete.*data check"):
        find_sets(data)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="nothing to measure"):
        find_sets(tmp_path / "empty")
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find_sets(tmp_path / "missing")


def test_the_fingerprint_tells_what_changed(data):
    first, second = find_sets(data)[:2]
    assert first.fingerprint() == find_sets(data)[0].fingerprint()
    assert first.fingerprint() != second.fingerprint()
    before = first.fingerprint()
    first.files[0].write_bytes(second.files[0].read_bytes())
    assert first.fingerprint() != before
    made = find_sets(data, synthesize=True)[2:]
    assert len({some.fingerprint() for some in made}) == len(made) == 6


@pytest.mark.shared_data
@pytest.mark.slow
def test_inputs_measure_as_known(shared_data):
    """The figures that others measured on the same files."""
    found = {}
    for some in find_sets(shared_data / "test"):
        if some.weather != "clear":
            figures = [
                image_quality.psnr(target, image)
                for image, target in map(
                    some.source.__getitem__, range(len(some.source.names))
                )
            ]
            found[some.name] = (len(figures), round(np.mean(figures), 2))
    assert found == {
        "rain100l_test": (100, 26.90),
        "sots_outdoor_sample": (35, 18.11),
        "ohaze": (10, 16.60),
        "raindrop_sample": (4, 19.27),
        "outdoorrain_test1_sample": (4, 15.57),
    }
