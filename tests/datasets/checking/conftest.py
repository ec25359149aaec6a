import numpy as np
import pytest


@pytest.fixture
def scene():
    """Returns a function that draws a picture of its own for each seed."""

    def draw(seed, size=(48, 64)):
        rng = np.random.default_rng(seed)
        blocks = rng.integers(0, 180, (size[0] // 8, size[1] // 8, 3))
        return blocks.repeat(8, 0).repeat(8, 1).astype("uint8")

    return draw


@pytest.fixture
def make_set(tmp_path, save_image, scene):
    """Returns a function that writes plain pairs into a folder."""

    def make(name, seeds, suffix=".png"):
        for seed in seeds:
            clean = scene(seed)
            rainy = clean + np.uint8(seed % 50 + 10)
            save_image(tmp_path / name / f"input/{seed}.png", rainy)
            save_image(tmp_path / name / f"gt/{seed}{suffix}", clean)
        return tmp_path / name

    return make
