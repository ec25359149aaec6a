import numpy as np
import pytest
import pyvips
from skimage import data

from keras_muirf.datasets.checking.likeness import DISTANCE
from keras_muirf.datasets.checking.likeness import are_alike
from keras_muirf.datasets.checking.likeness import fingerprint
from keras_muirf.datasets.checking.picture import Picture
from keras_muirf.datasets.checking.picture import squeeze

PHOTOGRAPHS = ("astronaut", "chelsea", "coffee", "rocket")


def resaved(pixels, quality=60, scale=1.0):
    image = pyvips.Image.new_from_array(pixels).resize(scale)
    saved = image.jpegsave_buffer(Q=quality)
    return pyvips.Image.new_from_buffer(saved, "").numpy()


def are_one(first, second):
    first, second = squeeze(first), squeeze(second)
    apart = (fingerprint(first) ^ fingerprint(second)).bit_count()
    return apart <= DISTANCE and are_alike(first, second)


@pytest.mark.parametrize("name", PHOTOGRAPHS)
@pytest.mark.parametrize("quality, scale", [(90, 1.0), (40, 1.0), (80, 0.5)])
def test_a_photograph_saved_anew_is_the_same(name, quality, scale):
    photograph = getattr(data, name)()
    assert are_one(photograph, resaved(photograph, quality, scale))


def test_different_photographs_differ():
    photographs = [getattr(data, name)() for name in PHOTOGRAPHS]
    for i, first in enumerate(photographs):
        for second in photographs[:i]:
            assert not are_one(first, second)
            assert not are_alike(squeeze(first), squeeze(second))


def test_plain_skies_differ(rng):
    """Though as wholes, with their gradients, they are much alike."""
    height = np.linspace(120, 220, 240)[:, None, None]
    skies = [
        np.clip(height + rng.normal(0, 6, (240, 320, 3)), 0, 255).astype(
            "uint8"
        )
        for _ in range(6)
    ]
    thumbnails = [squeeze(sky) for sky in skies]
    for i, first in enumerate(thumbnails):
        for second in thumbnails[:i]:
            both = np.corrcoef(first.ravel(), second.ravel())
            assert both[0, 1] > 0.98
            assert not are_alike(first, second)


def test_without_any_detail_nothing_is_alike():
    flat = np.full((32, 32), 7, "uint8")
    assert not are_alike(flat, flat)


def test_the_digest_is_that_of_the_pixels(rng):
    pixels = rng.integers(0, 256, (6, 4, 3), "uint8")
    turned = pixels.reshape(4, 6, 3)
    assert Picture.of(pixels) == Picture.of(np.asfortranarray(pixels))
    assert Picture.of(pixels).digest != Picture.of(turned).digest
    assert Picture.of(pixels).size == (4, 6)
    changed = pixels.copy()
    changed[-1, -1, -1] ^= 1
    assert Picture.of(pixels).digest != Picture.of(changed).digest
