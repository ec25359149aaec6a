from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import video_flicker
from clips import make_clip
from clips import picture
from router import FlickeringRouter

RAINY = Path(video_flicker.__file__).parents[1] / "docs/images/rainy.jpg"


def _scene(lead):
    """A picture whose red is ahead of its green, which is rain."""
    red = picture()[..., 0].astype(int)
    return np.stack([red, red - lead, red], axis=-1).astype("uint8")


def test_the_changes_are_counted():
    frames = [(_scene((4, -2)[k % 2]), k / 25) for k in range(20)]
    rows = video_flicker.measure(FlickeringRouter(), frames)
    alone, smoothed = rows["frame by frame"], rows["smoothed"]
    assert alone["frames"] == smoothed["frames"] == 20
    assert (alone["changes"], smoothed["changes"]) == (19, 0)
    assert alone["posterior"] > 5 * smoothed["posterior"] > 0
    # The network changes nothing.
    assert alone["correction"] == smoothed["correction"] == 0


def test_a_cut_is_no_flicker():
    scenes = [_scene(4), 255 - _scene(4)]
    frames = [(scenes[k // 5], k / 25) for k in range(10)]
    for row in video_flicker.measure(FlickeringRouter(), frames).values():
        assert row["changes"] == 0
        assert row["posterior"] == pytest.approx(0, abs=1e-6)


def test_frames_of_videos_and_of_photographs(tmp_path):
    make_clip(tmp_path / "a.mp4", (0, 512, 1600))
    args = SimpleNamespace(source=str(tmp_path / "a.mp4"), frames=2)
    assert [t for _, t in video_flicker.read(args)] == [0, 0.04]
    args = SimpleNamespace(source=RAINY, frames=3, severity=0.5)
    first, second, third = (pixels for pixels, _ in video_flicker.pan(args))
    assert first.shape == third.shape and first.dtype == np.uint8
    assert np.abs(first.astype(int) - second).mean() > 1
