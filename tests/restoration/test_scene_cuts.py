import numpy as np
import pytest

from keras_muirf.restoration.scene_cuts import SceneCuts


@pytest.fixture
def scene(photo):
    return np.kron(photo, np.ones((4, 4, 1), "uint8"))


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_only_another_scene_is_a_cut(scene, rng, dtype):
    is_cut = SceneCuts()

    def flakes(pixels):
        hidden = rng.random(pixels.shape[:2]) < 0.1
        return np.where(hidden[..., None], 230, pixels)

    darker = scene // 4
    frames = [
        (scene, True),
        (flakes(scene), False),
        (flakes(np.roll(scene, 7, axis=1)), False),
        (np.clip(scene * 1.05, 0, 255), False),
        (darker, True),
        (darker, False),
        (255 - darker, True),
    ]
    scale = np.array(np.iinfo(dtype).max // 255, dtype)
    for pixels, expected in frames:
        assert is_cut(pixels.astype(dtype) * scale) == expected


def test_large_frames_are_sampled(rng):
    """A sample tells the same of a scene, and of the next."""
    frame = rng.integers(0, 100, (1100, 1300, 3), dtype="uint8")
    is_cut = SceneCuts()
    is_cut(frame)
    assert not is_cut(frame[::-1])
    assert is_cut(frame + 100)
