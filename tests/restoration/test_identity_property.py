"""With a network that changes nothing, every file comes back as it was."""

import numpy as np
import pytest
import pyvips
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from identity_restorer import IdentityRestorer
from PIL import Image
from PIL import ImageCms
from PIL import PngImagePlugin

from keras_muirf.restoration import restore_file

PROFILES = [
    None,
    ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
]
# Suffix: Pillow's modes, and whether nothing is lost.
KINDS = {
    "png": (["L", "LA", "RGB", "RGBA", "P"], True),
    "tif": (["L", "LA", "RGB", "RGBA"], True),
    "webp": (["RGB", "RGBA"], True),
    "jpg": (["L", "RGB"], False),
    "avif": (["RGB", "RGBA"], False),
}
CHANNELS = {"L": 1, "LA": 2, "RGB": 3, "RGBA": 4, "P": 1}
PALETTE = np.random.default_rng(0).integers(0, 256, (256, 3), dtype="uint8")
# What the EXIF orientation asks for; 0 stands for no EXIF.
UPRIGHT = [
    lambda x: x,
    lambda x: x,
    lambda x: x[:, ::-1],
    lambda x: x[::-1, ::-1],
    lambda x: x[::-1],
    lambda x: x.swapaxes(0, 1),
    lambda x: x.swapaxes(0, 1)[:, ::-1],
    lambda x: x.swapaxes(0, 1)[::-1, ::-1],
    lambda x: x.swapaxes(0, 1)[::-1],
]
SIDES = st.integers(1, 40)
SIZES = st.tuples(SIDES, SIDES)
SEEDS = st.integers(0, 2**32 - 1)


@st.composite
def files(draw):
    suffix = draw(st.sampled_from(sorted(KINDS)))
    return {
        "suffix": suffix,
        "mode": draw(st.sampled_from(KINDS[suffix][0])),
        "orientation": draw(st.integers(0, 8)),
        "profile": draw(st.sampled_from(PROFILES)),
        "text": draw(st.text("abc äöü ж 雨", max_size=20)),
        "resolution": draw(st.sampled_from([None, 72, 300])),
    }


def _drawn(size, channels, seed, top):
    rng = np.random.default_rng(seed)
    shape = size if channels == 1 else (*size, channels)
    dtype = "uint16" if top > 255 else "uint8"
    return rng.integers(0, top + 1, shape, dtype=dtype)


def _save(path, file, pixels):
    if file["mode"] != "P":
        image = Image.fromarray(pixels)
    else:
        image = Image.frombytes("P", pixels.shape[::-1], pixels.tobytes())
        image.putpalette(PALETTE.tobytes())
    options = {}
    if file["orientation"]:
        exif = Image.Exif()
        exif[0x0112] = file["orientation"]
        exif[0x010F] = "Maker"
        options["exif"] = exif
    if file["profile"] and file["mode"] not in ("L", "LA", "P"):
        options["icc_profile"] = file["profile"]
    if file["text"] and path.suffix == ".png":
        text = PngImagePlugin.PngInfo()
        text.add_itxt("Comment", file["text"])
        options["pnginfo"] = text
    if file["resolution"] and path.suffix in (".png", ".tif", ".jpg"):
        options["dpi"] = (file["resolution"],) * 2
    if path.suffix == ".webp":
        options.update(lossless=True, exact=True)
    if path.suffix in (".jpg", ".avif"):
        # libheif mirrors half colours of an odd width one pixel off.
        options.update(quality=95, subsampling="4:4:4")
    image.save(path, **options)
    return options


@settings(max_examples=150, deadline=None)
@given(files(), SIZES, SEEDS)
def test_pixels_mode_profile_and_metadata(tmp_path_factory, file, size, seed):
    folder = tmp_path_factory.mktemp("identity")
    source = folder / f"in.{file['suffix']}"
    target = folder / f"out.{file['suffix']}"
    pixels = _drawn(size, CHANNELS[file["mode"]], seed, 255)
    options = _save(source, file, pixels)

    restore_file(IdentityRestorer(), source, target)

    after = Image.open(target)
    # Pillow itself leaves out of an AVIF file an alpha that is nowhere used.
    mode = Image.open(source).mode
    assert after.mode == ("RGB" if mode == "P" else mode)
    found, lossless = np.asarray(after), KINDS[file["suffix"]][1]
    if not lossless:
        pixels = np.asarray(Image.open(source))
    elif file["mode"] == "P":
        pixels = PALETTE[pixels]
    expected = UPRIGHT[file["orientation"]](pixels)
    if lossless:
        np.testing.assert_array_equal(found, expected)
    else:
        assert found.shape == expected.shape
        # Noise is the hardest of all pictures.
        assert np.abs(found.astype(int) - expected).mean() < 25
    assert after.info.get("icc_profile") == options.get("icc_profile")
    exif = after.getexif()
    assert exif.get(0x0112, 1) == 1
    assert exif.get(0x010F) == ("Maker" if file["orientation"] else None)
    if "pnginfo" in options:
        after.load()
        assert after.info["Comment"] == file["text"]
    if "dpi" in options:
        assert after.info["dpi"] == pytest.approx(options["dpi"], abs=0.1)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["png", "tif"]),
    st.sampled_from([1, 2, 3, 4]),
    SIZES,
    SEEDS,
)
def test_16_bits(tmp_path_factory, suffix, channels, size, seed):
    folder = tmp_path_factory.mktemp("deep")
    pixels = _drawn((*size, channels), 1, seed, 65535)
    image = pyvips.Image.new_from_array(
        pixels, interpretation="grey16" if channels < 3 else "rgb16"
    )
    image.write_to_file(str(folder / f"in.{suffix}"))

    restore_file(
        IdentityRestorer(), folder / f"in.{suffix}", folder / f"out.{suffix}"
    )

    found = pyvips.Image.new_from_file(str(folder / f"out.{suffix}"))
    assert found.format == "ushort"
    assert found.interpretation == image.interpretation
    np.testing.assert_array_equal(found.numpy().reshape(pixels.shape), pixels)
