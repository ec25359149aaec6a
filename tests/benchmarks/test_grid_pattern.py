import sys

import grid_pattern
import numpy as np
import pytest
from PIL import Image


def test_only_the_grid_is_a_pattern(rng):
    cell = np.zeros((8, 8, 3))
    cell[::2] = 1.0
    grid = np.tile(cell, (8, 8, 1))
    assert grid_pattern.pattern(grid + 5.0, 8) == pytest.approx(0.5)
    assert grid_pattern.pattern(grid, 7) < 0.1
    noise = rng.normal(size=grid.shape)
    assert grid_pattern.pattern(noise, 8) == pytest.approx(1 / 8, rel=0.3)


def test_smooth_windows_are_the_smooth_ones(rng):
    photograph = rng.uniform(size=(150, 128, 3))
    photograph[:64, 64:] = np.linspace(0.5, 0.55, 64)[:, None, None]
    assert list(grid_pattern.smooth_windows(photograph)) == [
        (slice(0, 64), slice(64, 128))
    ]


@pytest.mark.slow
def test_without_a_smooth_window_there_is_one_error(
    rng, tmp_path, monkeypatch, capsys
):
    noise = rng.integers(0, 256, (64, 64, 3), "uint8")
    Image.fromarray(noise).save(tmp_path / "noise.png")
    monkeypatch.setattr(sys, "argv", ["grid_pattern.py", str(tmp_path)])
    with pytest.raises(SystemExit, match="2"):
        grid_pattern.main()
    assert "has a smooth window of 64 x 64 pixels" in capsys.readouterr().err
