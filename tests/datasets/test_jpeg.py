import io

import numpy as np
import pytest
from keras import ops
from PIL import Image

from keras_muirf.datasets import WeatherMajorDataset
from keras_muirf.datasets.jpeg import jpeg


def photograph(height, width):
    """Smooth shapes with edges, as photographs have them."""
    y, x = np.mgrid[:height, :width] / 16
    waves = [np.sin(x + a) * np.cos(y * a) + (x + a * y > 4) for a in (1, 2, 3)]
    image = np.stack(waves, -1)
    image = (image - image.min()) / np.ptp(image)
    return np.uint8(np.rint(255 * image))


def error(one, other):
    return np.sqrt(np.mean((np.float64(one) - other) ** 2))


@pytest.mark.parametrize("quality", [10, 40, 75, 95])
@pytest.mark.parametrize("size", [(64, 96), (41, 59)])
def test_it_leaves_what_an_encoder_leaves(quality, size):
    image = photograph(*size)
    file = io.BytesIO()
    Image.fromarray(image).save(
        file, "JPEG", quality=quality, subsampling="4:2:0"
    )
    expected = np.asarray(Image.open(file))
    ours = ops.convert_to_numpy(
        jpeg(np.float32(image[None]) / 255, np.float32([quality]))
    )
    ours = 255 * ours[0]
    np.testing.assert_allclose(ours, np.rint(ours), atol=1e-3)
    # Decoders interpolate color, each in its own way: brightness tells.
    grey = [np.float64(i) @ (0.299, 0.587, 0.114) for i in (image, expected)]
    ours = np.float64(ours) @ (0.299, 0.587, 0.114)
    assert error(ours, grey[1]) < 0.5 * error(grey[0], grey[1]) + 0.5


def test_images_without_quality_stay():
    images = np.float32(photograph(16, 16)[None].repeat(2, 0)) / 255
    out = ops.convert_to_numpy(jpeg(images, np.float32([0, 20])))
    np.testing.assert_array_equal(out[0], images[0])
    assert error(out[1], images[1]) > 0.01


@pytest.mark.parametrize("kind", ["host", "device"])
def test_a_share_of_the_crops_is_compressed(make_pairs, kind):
    from keras_muirf.datasets import OnDeviceDataset

    made = {"host": WeatherMajorDataset, "device": OnDeviceDataset}[kind]
    source = {"rain": make_pairs("rain")}

    def batch(**options):
        dataset = made(
            source, images_per_weather=8, crop_size=16, clear=0.5, **options
        )
        inputs, targets = dataset.make_batch(0, 0)
        as_numpy = ops.convert_to_numpy
        return (
            as_numpy(inputs["image"]),
            inputs["weather"] > 0,
            as_numpy(targets),
        )

    plain, _, _ = batch()
    images, clear, targets = batch(compressed=0.5)
    changed = np.abs(images - plain).max(axis=(1, 2, 3)) > 0
    assert 0 < changed.sum() < 8
    # What is clear is to come back as it is, compressed or not.
    np.testing.assert_array_equal(images[clear], targets[clear])
    assert np.abs(images - targets)[~clear].max() > 0.01


@pytest.mark.parametrize("compressed", [-0.1, 1.1])
def test_a_share_is_from_0_to_1(make_pairs, compressed):
    with pytest.raises(ValueError, match=f"compressed={compressed}"):
        WeatherMajorDataset({"rain": make_pairs("rain")}, compressed=compressed)
