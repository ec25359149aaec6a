from pathlib import Path

import numpy as np
import pytest
import pyvips
from PIL import Image
from PIL import ImageOps

from keras_muirf.restoration import ImageError
from keras_muirf.restoration import read_image
from keras_muirf.restoration import read_rgb8

# Libraries differ in how they bring back colours at half resolution.
FULL = {"avif": {"subsampling": "4:4:4", "quality": 90}}
SUFFIXES = ["jpg", "jpeg", "png", "webp", "tif", "tiff", "avif", "JPG"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_format_reads_as_another_library_reads_it(
    suffix, photo, tmp_path
):
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(photo).save(path, **FULL.get(suffix, {}))
    expected = np.asarray(Image.open(path).convert("RGB")).astype(int)
    pixels = read_image(path).pixels
    assert pixels.dtype == np.uint8
    assert pixels.shape == photo.shape
    assert np.abs(pixels - expected).max() <= 4
    assert np.array_equal(pixels, read_rgb8(path))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_orientation_is_applied_once(suffix, orientation, photo, tmp_path):
    path = tmp_path / f"photo.{suffix}"
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(photo).save(path, exif=exif, **FULL.get(suffix, {}))
    upright = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    pixels = read_image(path).pixels
    expected = np.asarray(upright)
    assert pixels.shape == expected.shape
    assert np.abs(pixels - expected.astype(int)).max() <= 4


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bits_are_exact(suffix, deep, tmp_path):
    path = tmp_path / f"deep.{suffix}"
    pyvips.Image.new_from_array(deep, interpretation="rgb16").write_to_file(
        str(path)
    )
    image = read_image(path)
    assert np.array_equal(image.pixels, deep)
    assert image.bits == 16
    assert np.array_equal(read_rgb8(path), np.round(deep / 257))


def test_white_of_a_12_bit_avif_is_white(tmp_path):
    path = tmp_path / "white.avif"
    white = np.full((16, 16, 3), 65535, "uint16")
    pyvips.Image.new_from_array(white, interpretation="rgb16").heifsave(
        str(path), compression="av1", bitdepth=12, lossless=True
    )
    image = read_image(path)
    assert image.bits == 12
    assert image.pixels.min() > 65535 - 33


def test_grey_palette_and_transparency(photo, tmp_path):
    path = tmp_path / "photo.png"
    picture = Image.fromarray(photo)
    picture.convert("L").save(path)
    image = read_image(path)
    assert image.grey
    assert np.array_equal(image.pixels[..., 0], picture.convert("L"))
    assert np.ptp(image.pixels, axis=-1).max() == 0

    palette = picture.convert("P", palette=Image.Palette.ADAPTIVE)
    palette.save(path)
    image = read_image(path)
    assert not image.grey
    assert np.array_equal(image.pixels, palette.convert("RGB"))

    alpha = np.arange(photo.shape[0] * photo.shape[1]).reshape(photo.shape[:2])
    picture.putalpha(Image.fromarray(alpha.astype("uint8")))
    picture.save(path)
    image = read_image(path)
    assert np.array_equal(image.alpha, alpha.astype("uint8"))
    assert np.array_equal(image.pixels, photo)
    assert np.array_equal(read_rgb8(path), photo)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_an_error(suffix, kept, photo, tmp_path):
    path = tmp_path / f"photo.{suffix}"
    Image.fromarray(photo).save(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(kept * len(whole))])
    for read in (read_image, read_rgb8):
        with pytest.raises(ImageError, match="damaged|cut short") as caught:
            read(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "name, mode, message",
    [
        ("cmyk.jpg", "CMYK", "CMYK"),
        ("cmyk.tif", "CMYK", "CMYK"),
        ("bilevel.tif", "1", "1 bit"),
        ("bilevel.png", "1", "1 bit"),
        ("float.tif", "F", "type float"),
        ("int.tif", "I", "type int"),
    ],
)
def test_images_that_have_no_place_here(name, mode, message, photo, tmp_path):
    Image.fromarray(photo).convert(mode).save(tmp_path / name)
    with pytest.raises(ImageError, match=message):
        read_image(tmp_path / name)


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "avif"])
def test_several_frames_are_an_error(suffix, photo, tmp_path):
    path = tmp_path / f"several.{suffix}"
    picture = Image.fromarray(photo)
    picture.save(path, save_all=True, append_images=[picture.rotate(180)])
    with pytest.raises(ImageError, match="several pages or frames"):
        read_image(path)


def test_files_that_are_no_images(photo, tmp_path):
    def message(path):
        with pytest.raises(ImageError) as caught:
            read_image(path)
        assert str(path) in str(caught.value)
        return str(caught.value)

    assert "no such file" in message(tmp_path / "missing.jpg")
    assert "this is a folder" in message(tmp_path)
    empty = tmp_path / "empty.jpg"
    empty.touch()
    assert "empty" in message(empty)
    text = tmp_path / "text.jpg"
    text.write_text("This is no picture at all.\n" * 50)
    assert "no JPEG, PNG" in message(text)
    assert "cannot be opened" in message(text / "below.jpg")
    gif = tmp_path / "gif.png"
    Image.fromarray(photo).save(gif, format="gif")
    assert "no JPEG, PNG" in message(gif)


def test_names_with_brackets_and_beyond_ascii(photo, tmp_path):
    for name in ("photo[1].png", "Übermut 雨.png", "a b%20.png"):
        Image.fromarray(photo).save(tmp_path / name)
        assert np.array_equal(read_image(tmp_path / name).pixels, photo)


def test_many_files_leave_no_descriptor_open(photo, tmp_path):
    fds = Path("/proc/self/fd")
    if not fds.is_dir():
        pytest.skip("needs /proc")
    path = tmp_path / "photo.png"
    Image.fromarray(photo).save(path)
    read_rgb8(path)
    before = len(list(fds.iterdir()))
    for _ in range(50):
        read_rgb8(path)
    assert len(list(fds.iterdir())) <= before + 2


def test_an_ultra_hdr_jpeg_is_its_picture(photo, tmp_path):
    if not pyvips.type_find("VipsForeign", "uhdrsave"):
        pytest.skip("this libvips has no Ultra HDR")
    path = tmp_path / "hdr.jpg"
    picture = pyvips.Image.new_from_array(photo, interpretation="srgb")
    picture.colourspace("scrgb").uhdrsave(str(path))
    image = read_image(path)
    assert image.format.name == "JPEG"
    base = np.asarray(Image.open(path).convert("RGB")).astype(int)
    assert np.abs(image.pixels - base).max() <= 4
    assert not any("gainmap" in name for name in image.metadata)
