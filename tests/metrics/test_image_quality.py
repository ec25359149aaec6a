import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio
from skimage.metrics import structural_similarity

from keras_muirf.metrics import image_quality

WANG = {
    "gaussian_weights": True,
    "sigma": 1.5,
    "use_sample_covariance": False,
    "data_range": 255,
}


def studio_luma(image):
    return 16 + image @ np.array([65.481, 128.553, 24.966]) / 255


@pytest.fixture(params=[(40, 33), (11, 64)])
def pair(rng, request):
    target = rng.integers(0, 256, (*request.param, 3), "uint8")
    noise = rng.normal(0, 20, target.shape)
    return target, np.clip(target + noise, 0, 255).astype("uint8")


def test_equals_scikit_image(pair):
    target, output = pair
    rgb = [image.astype("float64") for image in pair]
    luma = [studio_luma(image) for image in rgb]
    for color, (a, b), axis in (("rgb", rgb, -1), ("y", luma, None)):
        assert image_quality.psnr(target, output, color) == pytest.approx(
            peak_signal_noise_ratio(a, b, data_range=255), abs=1e-9
        )
        assert image_quality.ssim(target, output, color) == pytest.approx(
            structural_similarity(a, b, channel_axis=axis, **WANG), abs=1e-9
        )


def test_luma_is_the_default(pair):
    assert image_quality.psnr(*pair) == image_quality.psnr(*pair, color="y")
    assert image_quality.ssim(*pair) == image_quality.ssim(*pair, color="y")
    assert image_quality.psnr(*pair) != image_quality.psnr(*pair, color="rgb")


@pytest.mark.parametrize("color", ["rgb", "y"])
def test_identical_images(pair, color):
    target, _ = pair
    assert image_quality.psnr(target, target, color) == float("inf")
    assert image_quality.ssim(target, target, color) == pytest.approx(1)


@pytest.mark.parametrize("measure", [image_quality.psnr, image_quality.ssim])
def test_rejects_what_cannot_be_compared(measure):
    image = np.zeros((16, 16, 3), "uint8")
    with pytest.raises(ValueError, match="color"):
        measure(image, image, color="ycbcr")
    with pytest.raises(ValueError, match="resized"):
        measure(image, image[:15])
    with pytest.raises(ValueError, match="`output` has to be uint8"):
        measure(image, image / 255.0)
    with pytest.raises(ValueError, match="one RGB image"):
        measure(image[None], image[None])
    with pytest.raises(ValueError, match="one RGB image"):
        measure(image[..., :1], image[..., :1])


def test_ssim_rejects_images_smaller_than_its_window():
    image = np.zeros((10, 16, 3), "uint8")
    with pytest.raises(ValueError, match="10 x 16"):
        image_quality.ssim(image, image)
