"""A file that computes something else than Keras is refused."""

import numpy as np
import pytest
import small

pytest.importorskip("tensorflow")

from keras_muirf.export import ExportError
from keras_muirf.export import agreement
from keras_muirf.export.images import calibration_images
from keras_muirf.export.network import ExportedNetwork

pytestmark = [pytest.mark.once]


@pytest.fixture(scope="module")
def network():
    return ExportedNetwork(small.small_restorer(compile=False))


@pytest.fixture(scope="module")
def network8():
    return ExportedNetwork(small.small_restorer(compile=False), dtype="uint8")


def changed(network, image=0, classes=0, kind=None):
    """A network whose results are off by so much at one place."""

    def run(x):
        restored, known = network.expected(x)
        restored, known = np.array(restored), np.array(known)
        place = 0, 1, 2, 1
        down = restored[place] > np.mean(restored.dtype.type([0, image]))
        restored[place] -= image if down else -image
        known[0, 0] += classes
        return restored.astype(kind or restored.dtype), known

    return run


def test_what_agrees_passes(network, network8):
    assert agreement.largest_difference(changed(network), network) < 1e-6
    near = changed(network, image=5e-5)
    assert 4e-5 < agreement.largest_difference(near, network) < 6e-5
    # Rounding may fall to the other side.
    assert agreement.largest_difference(changed(network8, 1), network8) < 0.01


@pytest.mark.parametrize(
    "wrong",
    [
        {"image": 3e-4},
        {"image": np.nan},
        {"classes": 3e-4},
        {"kind": "float64"},
    ],
)
def test_what_differs_is_refused(network, wrong):
    with pytest.raises(ExportError):
        agreement.largest_difference(changed(network, **wrong), network)


def test_uint8_may_differ_by_one_alone(network8):
    with pytest.raises(ExportError, match="differs by up to 7.8e-03"):
        agreement.largest_difference(changed(network8, 2), network8)


def test_psnr_is_that_to_keras(network):
    # One value of 3 * 16 * 16 is off by 0.1.
    images = [np.full((1, 16, 16, 3), 0.5, "float32")]
    psnr = agreement.psnr_to_float32(changed(network, 0.1), network, images)
    assert psnr == pytest.approx(20 + 10 * np.log10(3 * 16 * 16), abs=1e-3)
    with pytest.raises(ExportError, match="not finite"):
        agreement.psnr_to_float32(changed(network, np.nan), network, images)


def test_calibration_images(tmp_path, save_image, rng):
    for number in range(40):
        pixels = rng.integers(0, 256, (300, 20 + number, 3), "uint8")
        save_image(tmp_path / f"{number:02}.png", pixels)
    images = calibration_images(tmp_path)
    assert len(images) == 16
    # The centre, of photographs from all over the folder.
    assert {x.shape[1] for x in images} == {256}
    assert max(x.shape[2] for x in images) > 45
    assert all(0 <= x.min() < 0.1 and 0.9 < x.max() <= 1 for x in images)
    (tmp_path / "07.png").write_text("no image")
    with pytest.raises(ExportError, match="folder of photographs"):
        calibration_images(tmp_path / "nowhere")


def test_drawn_scenes_have_weather():
    images = calibration_images()
    assert len(images) == 8
    for x in images:
        assert x.shape == (1, 256, 256, 3) and x.dtype == "float32"
        assert 0 <= x.min() and x.max() <= 1 and x.std() > 0.05
