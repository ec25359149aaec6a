"""Each protocol against its paper's steps, written with their libraries."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image
from skimage.metrics import peak_signal_noise_ratio
from skimage.metrics import structural_similarity
from torch.nn import functional

from keras_muirf.evaluation import PROTOCOLS
from keras_muirf.evaluation import Protocol
from keras_muirf.evaluation import sizes
from keras_muirf.metrics import image_quality

STUDIO = np.array([65.481, 128.553, 24.966])


@pytest.fixture(params=[(48, 64), (53, 47), (600, 39)])
def pair(rng, request):
    """A target, and an output that leaves [0, 1] here and there."""
    rows, columns = np.mgrid[: request.param[0], : request.param[1]] / 20
    waves = np.stack([np.sin(rows + k * columns) for k in (1, 2, 3)], -1)
    target = np.rint(127.5 + 127.5 * waves).astype("uint8")
    output = target / 255 + rng.normal(0, 0.05, target.shape)
    assert output.min() < 0 and output.max() > 1
    return target, output.astype("float32")


def as_picture(output):
    return np.rint(np.clip(output, 0, 1) * 255).astype("uint8")


def as_tensor(image):
    image = np.ascontiguousarray(image.transpose(2, 0, 1))
    return torch.from_numpy(image).double()[None]


def oracle_native(target, output):
    picture = as_picture(output)
    return {
        f"{name}_{color}": getattr(image_quality, name)(target, picture, color)
        for name in ("psnr", "ssim")
        for color in ("y", "rgb")
    }


def oracle_restormer(target, output):
    def luma(image):
        return np.floor(16 + image @ STUDIO / 255 + 0.5)

    a, b = luma(target), luma(as_picture(output))
    return {
        "psnr_y": 20 * np.log10(255 / np.sqrt(np.mean((a - b) ** 2))),
        "ssim_y": structural_similarity(
            a,
            b,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=255,
        ),
    }


def oracle_histoformer(target, output):
    def luma(image):
        blue_first = image[..., ::-1].astype("float32") / 255
        return (blue_first.astype(float) * 255 @ STUDIO / 255 + 16) / 255

    a, b = luma(target), luma(as_picture(output))
    return {
        "psnr_y": peak_signal_noise_ratio(a, b, data_range=1),
        "ssim_y": structural_similarity(a, b, win_size=11, data_range=1),
    }


def oracle_transweather(target, output):
    def luma(image):
        tensor = as_tensor(image)
        seen = tensor[0].view(*tensor.shape[2:], 3).numpy()
        return seen @ [0.114, 0.587, 0.299]

    a, b = luma(target / 255), luma(np.clip(output, 0, 1))
    return {
        "psnr_y": peak_signal_noise_ratio(a, b, data_range=1),
        "ssim_y": structural_similarity(a, b, data_range=2),
    }


def oracle_wgws(target, output):
    error = np.mean((target / 255 * 255 - output.astype(float) * 255) ** 2)
    return {
        "psnr_rgb": 20 * np.log10(255 / np.sqrt(error)),
        "ssim_rgb": image_quality.ssim(target, as_picture(output), "rgb"),
    }


def oracle_promptir(target, output):
    a, b = target / 255, np.clip(output, 0, 1).astype(float)
    return {
        "psnr_rgb": peak_signal_noise_ratio(a, b, data_range=1),
        "ssim_rgb": structural_similarity(a, b, data_range=1, channel_axis=-1),
    }


def oracle_dehazeformer(target, output):
    a, b = as_tensor(target / 255), as_tensor(np.clip(output, 0, 1))
    height, width = target.shape[:2]
    ratio = max(1, round(min(height, width) / 256))
    size = (int(height / ratio), int(width / ratio))
    pooled = [
        functional.adaptive_avg_pool2d(x, size)[0].numpy().transpose(1, 2, 0)
        for x in (a, b)
    ]
    return {
        "psnr_rgb": 10 * np.log10(1 / float(functional.mse_loss(a, b))),
        "ssim_rgb": structural_similarity(
            *pooled,
            channel_axis=-1,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=1,
        ),
    }


ORACLES = {
    "native": oracle_native,
    "weatherdiffusion": oracle_native,
    "restormer": oracle_restormer,
    "histoformer": oracle_histoformer,
    "transweather": oracle_transweather,
    "wgws": oracle_wgws,
    "promptir": oracle_promptir,
    "dehazeformer": oracle_dehazeformer,
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_measures_as_the_paper_does(pair, name):
    wanted = ORACLES[name](*pair)
    measured = PROTOCOLS[name].measure(*pair)
    assert PROTOCOLS[name].headline in wanted
    for figure, value in wanted.items():
        assert measured[figure] == pytest.approx(value, abs=1e-6), figure


def test_large_images_are_pooled_before_ssim(rng):
    target = np.full((530, 777, 3), 128, "uint8")
    output = target / 255 + rng.normal(0, 0.1, target.shape)
    wanted = oracle_dehazeformer(target, output)
    measured = PROTOCOLS["dehazeformer"].measure(target, output)
    assert measured["ssim_rgb"] == pytest.approx(wanted["ssim_rgb"], abs=1e-6)
    plain = PROTOCOLS["native"].measure(target, output)
    assert abs(plain["ssim_rgb"] - measured["ssim_rgb"]) > 0.01


def test_no_two_protocols_are_the_same(rng):
    target = rng.integers(0, 256, (530, 777, 3), "uint8")
    noise = rng.normal(0, 0.1, (544, 784, 3)).astype("float32")
    found = set()
    for protocol in PROTOCOLS.values():
        sized = protocol.size(target)
        output = sized / np.float32(255) if sized.dtype == np.uint8 else sized
        output = output + noise[: output.shape[0], : output.shape[1]]
        figures = protocol.measure(sized, output)
        found.add(tuple(round(v, 5) for v in figures.values()))
    assert len(found) == len(PROTOCOLS)
    assert len({str(p) for p in PROTOCOLS.values()}) == len(PROTOCOLS)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_perfect_result(rng, name):
    target = rng.integers(0, 256, (40, 35, 3), "uint8")
    protocol = PROTOCOLS[name]
    figures = protocol.measure(target, target / np.float64(255))
    assert figures["ssim_y"] == figures["ssim_rgb"] == pytest.approx(1)
    assert figures["psnr_y"] == figures["psnr_rgb"] == float("inf")


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((480, 720), (480, 720)),
        ((321, 481), (336, 496)),
        ((1500, 2250), (688, 1024)),
        ((2250, 1500), (1024, 688)),
        ((20, 1030), (32, 1024)),
    ],
)
def test_lanczos_size(rng, size, wanted):
    image = rng.integers(0, 256, (*size, 3), "uint8")
    resized = sizes.lanczos_to_16(image)
    assert resized.shape == (*wanted, 3) and resized.dtype == np.uint8
    height, width = wanted
    direct = Image.fromarray(image).resize((width, height), 1)
    np.testing.assert_array_equal(resized, np.asarray(direct))


@pytest.mark.parametrize("size", [(48, 64), (47, 65), (31, 16)])
def test_bilinear_size(rng, size):
    image = rng.integers(0, 256, (*size, 3), "uint8")
    resized = sizes.bilinear_to_16(image)
    wanted = functional.interpolate(
        as_tensor(image / 255),
        size=tuple(n // 16 * 16 for n in size),
        mode="bilinear",
        align_corners=False,
    )
    np.testing.assert_allclose(
        resized, wanted[0].numpy().transpose(1, 2, 0), atol=1e-6
    )


@settings(deadline=None)
@given(st.integers(16, 1500), st.integers(16, 60), st.booleans())
def test_all_sizes_become_multiples_of_16(length, breadth, upright):
    size = (length, breadth) if upright else (breadth, length)
    image = np.zeros((*size, 3), "uint8")
    for change in (
        sizes.lanczos_to_16,
        sizes.bilinear_to_16,
        sizes.crop_to_16,
    ):
        height, width = change(image).shape[:2]
        assert height % 16 == width % 16 == 0 < min(height, width)
        if change is sizes.lanczos_to_16:
            assert max(height, width) <= 1024
        else:
            assert size[0] - height < 16 and size[1] - width < 16


def test_crop_size():
    image = np.arange(37 * 50 * 3).reshape(37, 50, 3)
    cropped = sizes.crop_to_16(image)
    assert cropped.shape == (32, 48, 3)
    np.testing.assert_array_equal(cropped, image[2:34, 1:49])
    assert sizes.native(image) is image


@pytest.mark.parametrize("name", ["promptir", "wgws"])
def test_images_that_a_size_leaves_nothing_of(name):
    with pytest.raises(ValueError, match="at least 16 x 16.*15 x 40"):
        PROTOCOLS[name].size(np.zeros((15, 40, 3), "uint8"))


def test_rejects_what_cannot_be_compared():
    protocol = PROTOCOLS["native"]
    image = np.zeros((16, 16, 3), "uint8")
    with pytest.raises(ValueError, match="resized silently"):
        protocol.measure(image, image[:15])
    with pytest.raises(ValueError, match="one RGB image|One RGB image"):
        protocol.measure(image[None], image[None])
    with pytest.raises(ValueError, match="dtype=int64"):
        protocol.measure(image.astype("int64"), image)
    with pytest.raises(ValueError, match="no number"):
        protocol.measure(image, np.full(image.shape, np.nan))
    with pytest.raises(ValueError, match="10 x 16"):
        protocol.measure(image[:10], image[:10])


def test_the_string_tells_every_choice():
    base = Protocol("p", "psnr_y", "nowhere")
    changed = [
        Protocol("p", "psnr_y", "nowhere", **{choice: value})
        for choice, value in {
            "size": sizes.crop_to_16,
            "values": PROTOCOLS["promptir"].values,
            "ssim_values": PROTOCOLS["promptir"].values,
            "luma": PROTOCOLS["histoformer"].luma,
            "window": ("box", 7),
            "sample_covariance": True,
            "ssim_range": 2.0,
            "pooled": True,
        }.items()
    ]
    assert len({str(p) for p in (base, *changed)}) == 9
