from fractions import Fraction

import av
import numpy as np
import pytest
from clips import look_at
from clips import make_clip
from clips import picture
from clips import psnr

from keras_muirf.restoration import VideoError
from keras_muirf.restoration import restore_video

MS = Fraction(1, 1000)


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("matrix", [1, 5, 6, 9, 2])
def test_colours_are_those_of_the_stream(full, matrix, identity, tmp_path):
    clip, out = tmp_path / "a.mp4", tmp_path / "b.mp4"
    colour = (1 + full, matrix, 1, 13)
    still = picture()
    make_clip(clip, (0, 512), [still, still], colour=colour, codec="libx264")
    restore_video(identity, clip, out, crf=4)
    before, after = look_at(clip), look_at(out)
    assert after.video.colour == before.video.colour == colour
    assert after.video.pixels == before.video.pixels
    assert psnr(before.frames[0], after.frames[0]) > 45
    # What the network saw is the picture itself: another matrix or range
    # would be some steps away, 41 dB at most.
    assert psnr(identity.tiles[0][0] * 255, still) > 42


@pytest.mark.parametrize(
    "suffix, codec, pixels, written",
    [
        ("mp4", "libx264", "yuv420p10le", "h264"),
        ("mp4", "libx264", "yuv422p", "h264"),
        ("mp4", "libx265", "yuv420p10le", "hevc"),
        ("mov", "prores_ks", "yuv422p10le", "prores"),
        ("mkv", "ffv1", "yuv444p12le", "ffv1"),
        ("mkv", "ffv1", "gray", "ffv1"),
        ("mkv", "ffv1", "bgr0", "ffv1"),
        ("webm", "libvpx-vp9", "yuv420p", "vp9"),
        ("webm", "libsvtav1", "yuv420p10le", "av1"),
    ],
)
def test_codec_depth_and_sampling_stay(
    suffix, codec, pixels, written, identity, tmp_path
):
    clip, out = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    quiet = {"x265-params": "log-level=none"} if codec == "libx265" else {}
    colour = (2, 2, 2, 2) if pixels in ("gray", "bgr0") else (1, 1, 1, 1)
    make_clip(
        clip,
        (0, 40, 80),
        codec=codec,
        pixels=pixels,
        tick=MS,
        colour=colour,
        options=quiet,
    )
    restore_video(identity, clip, out)
    before, after = look_at(clip), look_at(out)
    assert after.video.codec == before.video.codec == written
    assert after.video.pixels == before.video.pixels == pixels
    assert after.times == before.times
    top = {"0le": 1023, "2le": 4095}.get(pixels[-3:], 255)
    assert psnr(before.frames[1], after.frames[1], top) > 40
    assert {tiles.dtype for tiles in identity.tiles} == {np.dtype("float32")}


@pytest.mark.parametrize("suffix", ["mp4", "mov"])
def test_hevc_is_tagged_as_players_want_it(suffix, identity, tmp_path):
    clip, out = tmp_path / "a.mkv", tmp_path / f"b.{suffix}"
    quiet = {"x265-params": "log-level=none"}
    make_clip(clip, (0, 40, 80), codec="libx265", tick=MS, options=quiet)
    restore_video(identity, clip, out)
    assert look_at(out).video.codec_tag == "hvc1"


def test_ten_bits_are_more_than_eight(identity, tmp_path):
    """A ramp of 1024 steps keeps more than 256 of them."""
    clip, out = tmp_path / "a.mkv", tmp_path / "b.mkv"
    ramp = np.linspace(64, 940, 64 * 48).reshape(48, 64).astype("uint16")
    with av.open(str(clip), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p10le"
        planes = np.concatenate([ramp.ravel(), np.full(64 * 24, 512, "uint16")])
        frame = av.VideoFrame.from_ndarray(
            planes.reshape(72, 64), format="yuv420p10le"
        )
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    restore_video(identity, clip, out)
    luma = look_at(out).frames[0][:48].astype(int)
    assert np.abs(luma - ramp).max() <= 1
    assert len(np.unique(luma)) > 800


def test_another_container_takes_a_codec_that_it_holds(identity, tmp_path):
    clip = tmp_path / "a.mp4"
    make_clip(clip, pixels="yuv420p10le")
    for suffix, codec in (("webm", "av1"), ("mkv", "h264"), ("mov", "h264")):
        out = tmp_path / f"b.{suffix}"
        restore_video(identity, clip, out)
        after = look_at(out)
        assert after.video.codec == codec
        assert after.video.pixels == "yuv420p10le"
        assert after.times == look_at(clip).times
    make_clip(
        tmp_path / "a.avi",
        tick=Fraction(1, 25),
        times=tuple(range(9)),
        codec="mjpeg",
        pixels="yuvj420p",
        colour=(2, 5, 2, 2),
        options={"strict": "-2"},
    )
    restore_video(identity, tmp_path / "a.avi", tmp_path / "c.mp4")
    after = look_at(tmp_path / "c.mp4")
    assert after.video.codec == "h264"
    assert after.times == [Fraction(k, 25) for k in range(9)]


def test_crf_is_the_encoders(identity, tmp_path):
    make_clip(tmp_path / "a.mp4")
    sizes = []
    for crf in (5, 45):
        restore_video(
            identity, tmp_path / "a.mp4", tmp_path / f"{crf}.mp4", crf=crf
        )
        sizes.append((tmp_path / f"{crf}.mp4").stat().st_size)
    assert sizes[0] > 1.5 * sizes[1]
    with pytest.raises(VideoError, match="between 0 and 51. Received: --crf 6"):
        restore_video(identity, tmp_path / "a.mp4", tmp_path / "b.mp4", crf=60)
