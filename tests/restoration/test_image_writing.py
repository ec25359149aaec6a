import os
import resource

import numpy as np
import pytest
import pyvips
from camera_metadata import PROFILE
from camera_metadata import XMP
from camera_metadata import camera_exif
from PIL import Image

from keras_muirf.restoration import ImageError
from keras_muirf.restoration import read_image
from keras_muirf.restoration import write_image


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_metadata_is_kept_and_the_image_upright(suffix, photo, tmp_path):
    source = tmp_path / f"photo.{suffix}"
    target = tmp_path / f"copy.{suffix}"
    extra = {} if suffix in ("png", "tif") else {"xmp": XMP}
    Image.fromarray(photo).save(
        source, exif=camera_exif(), icc_profile=PROFILE, **extra
    )
    image = read_image(source)
    write_image(target, image.pixels, like=image)
    copy = Image.open(target)
    assert copy.size == (44, 60)
    assert copy.info["icc_profile"] == PROFILE
    if extra:
        assert XMP in copy.info["xmp"]
    exif = copy.getexif()
    assert exif[0x010F] == "Maker (of things)"
    assert exif.get(0x0112, 1) == 1
    assert exif.get_ifd(0x8769)[0x9003] == "2020:02:03 04:05:06"
    assert float(exif.get_ifd(0x8769)[0x829D]) == pytest.approx(2.8)
    assert exif.get_ifd(0x8825)[2] == (1.0, 2.0, 3.5)
    # Not turned a second time.
    assert read_image(target).pixels.shape == image.pixels.shape
    difference = read_image(target).pixels - image.pixels.astype(int)
    assert np.abs(difference).mean() < 2


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif"])
def test_no_metadata_is_invented(suffix, photo, tmp_path):
    source = tmp_path / f"photo.{suffix}"
    target = tmp_path / f"copy.{suffix}"
    Image.fromarray(photo).save(source)
    image = read_image(source)
    write_image(target, image.pixels, like=image)
    copy = Image.open(target)
    assert "icc_profile" not in copy.info
    assert "exif" not in copy.info


@pytest.mark.parametrize("target", ["copy.png", "copy.jpg", "copy.tif"])
@pytest.mark.parametrize("source", ["photo.jpg", "photo.tif"])
def test_exif_follows_into_another_format(source, target, photo, tmp_path):
    Image.fromarray(photo).save(tmp_path / source, exif=camera_exif())
    image = read_image(tmp_path / source)
    write_image(tmp_path / target, image.pixels, like=image)
    exif = Image.open(tmp_path / target).getexif()
    assert exif[0x010F] == "Maker (of things)"
    assert exif.get_ifd(0x8769)[0x9003] == "2020:02:03 04:05:06"
    assert exif.get(0x0112, 1) == 1


@pytest.mark.parametrize("suffix", ["png", "tif"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_lossless_formats_come_back_bit_by_bit(
    suffix, channels, dtype, rng, tmp_path
):
    top = np.iinfo(dtype).max + 1
    values = rng.integers(0, top, (13, 17, channels)).astype(dtype)
    space = {"uint8": ("b-w", "srgb"), "uint16": ("grey16", "rgb16")}[dtype]
    path = str(tmp_path / f"in.{suffix}")
    pyvips.Image.new_from_array(
        values, interpretation=space[channels > 2]
    ).write_to_file(path)
    image = read_image(path)
    target = tmp_path / f"out.{suffix}"
    write_image(target, image.pixels, like=image)
    copy = pyvips.Image.new_from_file(str(target))
    assert copy.bands == channels
    assert np.array_equal(copy.numpy().reshape(values.shape), values)


def test_grey_takes_the_luma_of_what_was_restored(tmp_path):
    path = tmp_path / "grey.png"
    Image.new("L", (8, 8), 100).save(path)
    image = read_image(path)
    write_image(path, image.pixels * np.uint8([1, 0, 2]), like=image)
    copy = Image.open(path)
    assert copy.mode == "L"
    assert np.unique(copy) == round(0.299 * 100 + 0.114 * 200)


def test_transparency_of_lossy_formats(photo, tmp_path):
    alpha = Image.new("L", (60, 44), 255)
    alpha.paste(0, (0, 0, 30, 44))
    picture = Image.fromarray(photo)
    picture.putalpha(alpha)
    for suffix, tolerance in (("webp", 0), ("avif", 2)):
        source = tmp_path / f"in.{suffix}"
        picture.save(source)
        image = read_image(source)
        write_image(tmp_path / f"out.{suffix}", image.pixels, like=image)
        copy = read_image(tmp_path / f"out.{suffix}")
        difference = copy.alpha.astype(int) - image.alpha
        assert np.abs(difference).max() <= tolerance


def test_lossless_webp_stays_lossless(photo, tmp_path):
    path = tmp_path / "photo.webp"
    Image.fromarray(photo).save(path, lossless=True)
    image = read_image(path)
    assert image.lossless
    write_image(path, image.pixels, like=image)
    assert np.array_equal(Image.open(path), photo)


def test_jpeg_keeps_full_colour_resolution(photo, tmp_path):
    write_image(tmp_path / "photo.jpg", photo)
    layers = Image.open(tmp_path / "photo.jpg").layer
    assert {layer[1:3] for layer in layers} == {(1, 1)}


def test_no_depth_or_transparency_is_lost_silently(deep, photo, tmp_path):
    for name in ("deep.jpg", "deep.webp", "deep.avif"):
        with pytest.raises(ImageError, match="bits per channel"):
            write_image(tmp_path / name, deep)
    path = tmp_path / "alpha.png"
    Image.fromarray(photo).convert("RGBA").save(path)
    image = read_image(path)
    with pytest.raises(ImageError, match="no transparency"):
        write_image(tmp_path / "alpha.jpg", image.pixels, like=image)
    with pytest.raises(ImageError, match="'.bmp' cannot be written"):
        write_image(tmp_path / "photo.bmp", photo)
    assert os.listdir(tmp_path) == ["alpha.png"]


def test_wrong_arrays_are_named(photo, tmp_path):
    with pytest.raises(ValueError, match="float32"):
        write_image(tmp_path / "a.png", photo.astype("float32"))
    write_image(tmp_path / "a.png", photo)
    image = read_image(tmp_path / "a.png")
    with pytest.raises(ValueError, match="shape and type of `like`"):
        write_image(tmp_path / "b.png", photo[1:], like=image)


def test_the_preview_of_before_is_dropped(photo, tmp_path):
    import io
    import struct

    preview = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(preview, "jpeg")
    preview = preview.getvalue()
    first = struct.pack("<HHHIII", 1, 0x10F, 2, 4, 0x00434241, 26)
    second = struct.pack(
        "<HHHIIHHIII", 2, 0x201, 4, 1, 56, 0x202, 4, 1, len(preview), 0
    )
    block = b"II*\0" + struct.pack("<I", 8) + first + second + preview
    path = tmp_path / "photo.jpg"
    Image.fromarray(photo).save(path, exif=b"Exif\0\0" + block)
    assert preview in path.read_bytes()
    image = read_image(path)
    write_image(path, image.pixels, like=image)
    assert preview not in path.read_bytes()
    assert Image.open(path).getexif()[0x10F] == "ABC"


def test_unwritable_places_leave_nothing_behind(photo, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(ImageError, match="could not be written"):
        write_image(tmp_path / "file" / "photo.png", photo)
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(ImageError, match="could not be written"):
        write_image(tmp_path / "folder.png", photo)
    assert sorted(os.listdir(tmp_path)) == ["file", "folder.png"]


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_a_full_disk_keeps_the_old_file(suffix, rng, tmp_path):
    noise = rng.integers(0, 256, (200, 200, 3), dtype="uint8")
    path = tmp_path / f"photo.{suffix}"
    path.write_bytes(b"the old file")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(ImageError, match="could not be written"):
            write_image(path, noise)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == b"the old file"
    assert os.listdir(tmp_path) == [path.name]


def test_new_files_have_ordinary_permissions(photo, tmp_path):
    (tmp_path / "plain").touch()
    write_image(tmp_path / "new" / "photo.png", photo)
    mode = (tmp_path / "new" / "photo.png").stat().st_mode
    assert mode == (tmp_path / "plain").stat().st_mode
