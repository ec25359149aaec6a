import numpy as np
import pytest
from small import small_restorer


@pytest.fixture(scope="session")
def restorer():
    """A small restorer with random weights."""
    return small_restorer()


@pytest.fixture
def data(tmp_path, save_image, rng):
    """A folder with two sets of pairs and photographs without weather."""
    for name, weather, size in (
        ("streaks", "rain", (24, 32)),
        ("fog", "haze", (32, 24)),
    ):
        for i in range(3):
            target = rng.integers(0, 200, (*size, 3), "uint8")
            folder = tmp_path / "data" / name / weather
            save_image(folder / "gt" / f"{i}.png", target)
            save_image(folder / "input" / f"{i}.png", target + np.uint8(20 + i))
    photograph = rng.integers(0, 256, (24, 32, 3), "uint8")
    save_image(tmp_path / "data" / "clean" / "photos" / "a.png", photograph)
    return tmp_path / "data"
