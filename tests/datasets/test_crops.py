import numpy as np
import pytest

from keras_muirf.datasets.crops import random_crop
from keras_muirf.datasets.crops import random_symmetry
from keras_muirf.datasets.crops import reflect_to


def ramp(height, width):
    """An image whose pixels tell where they come from."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([rows, columns, rows + columns], -1).astype("uint8")


def test_crop_is_the_same_place_in_every_image(rng):
    image = ramp(30, 40)
    for _ in range(20):
        a, b = random_crop((image, image + 1), (8, 6), rng)
        assert a.shape == (8, 6, 3)
        assert (b == a + 1).all()
        top, left = a[0, 0, :2]
        assert (a == image[top : top + 8, left : left + 6]).all()


def test_crop_reaches_every_corner(rng):
    corners = {
        tuple(random_crop((ramp(5, 6),), (4, 4), rng)[0][0, 0, :2])
        for _ in range(200)
    }
    assert corners == {(t, l) for t in range(2) for l in range(3)}


@pytest.mark.parametrize("size", [(1, 1), (3, 50), (2, 2)])
def test_small_images_are_reflected(rng, size):
    (crop,) = random_crop((ramp(*size),), (16, 16), rng)
    assert crop.shape == (16, 16, 3)
    assert set(np.unique(crop[..., 0])) == set(range(size[0]))


def test_reflection_leaves_the_image_in_the_middle():
    image = ramp(4, 5)
    padded = reflect_to(image, (6, 5))
    assert (padded[1:5] == image).all()
    assert (padded[0] == image[1]).all() and (padded[5] == image[2]).all()


@pytest.mark.parametrize("zoom", [(0.5, 0.5), (2.0, 2.0), (0.3, 3.0)])
def test_zoom_scales_the_content(rng, zoom):
    image = (ramp(60, 60) * 4).astype("uint8")
    for _ in range(20):
        (crop,) = random_crop((image,), (16, 16), rng, zoom)
        assert crop.shape == (16, 16, 3) and crop.dtype == np.uint8
        if zoom[0] == zoom[1]:
            slope = np.diff(crop[4:-4, 8, 0].astype(float)).mean()
            assert slope == pytest.approx(4 / zoom[0], rel=0.15)


@pytest.mark.parametrize(
    ("kind", "count"), [(None, 1), ("flip", 2), ("dihedral", 8)]
)
def test_symmetries_are_all_met_and_paired(rng, kind, count):
    image = ramp(4, 4)
    seen = set()
    for _ in range(200):
        a, b = random_symmetry((image, image + 1), rng, kind)
        assert (b == a + 1).all()
        seen.add(a.tobytes())
    assert len(seen) == count
    assert image.tobytes() in seen


def test_flip_keeps_up_and_down(rng):
    for _ in range(20):
        (turned,) = random_symmetry((ramp(4, 4),), rng, "flip")
        assert (turned[..., 0] == ramp(4, 4)[..., 0]).all()
