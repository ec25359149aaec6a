import numpy as np
import pytest
from camera_metadata import PROFILE
from camera_metadata import XMP
from camera_metadata import camera_exif
from PIL import Image

from keras_muirf.restoration import ImageEncoding
from keras_muirf.restoration import read_image
from keras_muirf.restoration import write_image


def _written(path, pixels, like=None, **encoding):
    write_image(path, pixels, like, ImageEncoding(**encoding))
    return path


@pytest.mark.parametrize("suffix", ["jpg", "webp", "avif"])
def test_lower_quality_is_a_smaller_file(suffix, photo, tmp_path):
    target = tmp_path / f"a.{suffix}"
    sizes, errors = [], []
    for quality in (30, None, 100):
        _written(target, photo, quality=quality)
        sizes.append(target.stat().st_size)
        copy = read_image(target).pixels
        errors.append(np.abs(copy - photo.astype(float)).mean())
    assert sizes == sorted(sizes) and len(set(sizes)) == 3
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("suffix", ["jpg", "avif"])
def test_subsampling_halves_the_colours_alone(suffix, rng, tmp_path):
    # Colours that change from column to column, at equal brightness.
    stripes = np.zeros((32, 32, 3), "uint8")
    stripes[:, ::2] = (200, 80, 80)
    stripes[:, 1::2] = (80, 141, 80)
    full = _written(tmp_path / f"a.{suffix}", stripes)
    half = _written(tmp_path / f"b.{suffix}", stripes, subsampling="4:2:0")
    contrast = [
        np.abs(np.diff(read_image(x).pixels[..., 0].astype(int))).mean()
        for x in (full, half)
    ]
    assert contrast[0] > 100 > 40 > contrast[1]


def test_a_lossless_webp_stays_so_unless_a_quality_is_named(photo, tmp_path):
    Image.fromarray(photo).save(tmp_path / "a.webp", lossless=True)
    image = read_image(tmp_path / "a.webp")
    same = _written(tmp_path / "b.webp", photo, image)
    assert np.array_equal(read_image(same).pixels, photo)
    lossy = _written(tmp_path / "c.webp", photo, image, quality=50)
    assert not np.array_equal(read_image(lossy).pixels, photo)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tif", "avif"])
def test_metadata_is_left_out_and_the_profile_stays(suffix, photo, tmp_path):
    source = tmp_path / f"a.{suffix}"
    extra = {} if suffix in ("png", "tif") else {"xmp": XMP}
    Image.fromarray(photo).save(
        source, exif=camera_exif(), icc_profile=PROFILE, **extra
    )
    image = read_image(source)
    bare = _written(
        tmp_path / f"b.{suffix}", image.pixels, image, strip_metadata=True
    )
    copy = Image.open(bare)
    assert copy.info["icc_profile"] == PROFILE
    assert copy.size == (44, 60)
    content = bare.read_bytes()
    for trace in (b"Maker", b"2020:02:03", b"xmpmeta"):
        assert trace in source.read_bytes() or trace == b"xmpmeta"
        assert trace not in content


@pytest.mark.parametrize(
    "wrong", [{"quality": 0}, {"quality": 9.5}, {"subsampling": "4:1:1"}]
)
def test_wrong_values(wrong):
    (name,) = wrong
    with pytest.raises(ValueError, match=name):
        ImageEncoding(**wrong)
