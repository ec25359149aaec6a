import os
import signal
import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from clips import CONSTANT
from clips import TICK
from clips import VARIABLE
from clips import look_at
from clips import make_clip
from clips import picture
from clips import psnr
from router import Router
from small import small_restorer

from keras_muirf.restoration import VideoError
from keras_muirf.restoration import restore_video

MS = Fraction(1, 1000)
TURNED = (0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30)
CHAPTERS = [
    {"id": k, "start": start, "end": end, "time_base": MS, "metadata": title}
    for k, start, end, title in (
        (1, 0, 200, {"title": "Eins"}),
        (2, 200, 480, {"title": "Zwei"}),
    )
]
SUBTITLES = """1
00:00:00,100 --> 00:00:00,300
Regen – 雨

2
00:00:00,350 --> 00:00:00,470
Schnee
"""


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("times", [CONSTANT, VARIABLE])
def test_every_frame_keeps_its_time(suffix, times, identity, tmp_path):
    clip, out = tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}"
    # Matroska counts milliseconds; others what they were told to.
    tick = {"mkv": MS, "mov": Fraction(1, 600), "mp4": TICK}[suffix]
    # B-frames are decoded in another order than they are shown in.
    make_clip(clip, times, tick=tick, options={"bf": "3"})
    done = []
    record = restore_video(
        identity, clip, out, progress=lambda *count: done.append(count)
    )
    before, after = look_at(clip), look_at(out)
    assert record.frames == len(after.frames) == len(times)
    assert after.ticks == before.ticks
    assert after.times == before.times
    assert after.video.tick == before.video.tick
    assert after.video.duration == before.video.duration
    assert after.ticks == list(times)
    assert [k for k, _ in done] == [*range(1, len(times) + 1)]
    if suffix != "mkv":
        assert {total for _, total in done} == {len(times)}
    # Each picture at its own time.
    for a, b in zip(before.frames, after.frames, strict=True):
        assert psnr(a, b) > 40


def test_times_that_begin_late_and_a_single_frame(identity, tmp_path):
    for times in (tuple(9000 + t for t in VARIABLE), (512,), (0,)):
        make_clip(tmp_path / "a.mp4", times, sound=True)
        restore_video(identity, tmp_path / "a.mp4", tmp_path / "b.mp4")
        before, after = look_at(tmp_path / "a.mp4"), look_at(tmp_path / "b.mp4")
        assert after.times == before.times
        assert after.packets == before.packets


def test_all_but_the_pictures_is_copied(identity, tmp_path):
    (tmp_path / "a.srt").write_text(SUBTITLES, encoding="utf-8")
    clip, out = tmp_path / "a.mkv", tmp_path / "b.mkv"
    make_clip(
        clip,
        sound=True,
        subtitles=tmp_path / "a.srt",
        chapters=CHAPTERS,
        tags={"title": "Regen 雨", "comment": "kept"},
        aspect=Fraction(4, 3),
    )
    record = restore_video(identity, clip, out)
    before, after = look_at(clip), look_at(out)
    assert len(before.packets["audio"]) > 10
    assert len(before.packets["subtitle"]) == 2
    assert after.packets == before.packets
    assert after.languages == before.languages
    assert after.languages["subtitle"] == "deu"
    assert after.chapters == before.chapters
    assert after.chapters == [
        (c["start"] * MS, c["end"] * MS, c["metadata"]) for c in CHAPTERS
    ]
    assert after.tags == before.tags
    assert after.tags["title"] == "Regen 雨"
    assert after.video.aspect == before.video.aspect == Fraction(4, 3)
    assert after.video.disposition == before.video.disposition
    assert record.left_out == () and record.damaged == 0
    assert (record.width, record.height, record.weather) == (64, 48, "haze")


def test_chapters_texts_and_cover_of_an_mp4(identity, tmp_path):
    """Chapters are a stream of their own there, which is not doubled."""
    clip, out = tmp_path / "a.mp4", tmp_path / "b.mp4"
    _with_cover_and_text(clip)
    restore_video(identity, clip, out)
    before, after = look_at(clip), look_at(out)
    assert len(before.packets["subtitle"]) > 1
    assert after.packets == before.packets
    assert after.chapters == before.chapters
    assert len(after.chapters) == 2
    with av.open(str(clip)) as a, av.open(str(out)) as b:
        kinds = [[s.type for s in c.streams] for c in (a, b)]
        covers = [bytes(next(c.demux(c.streams.video[1]))) for c in (a, b)]
    assert kinds[0] == kinds[1]
    assert covers[0] == covers[1] and len(covers[0]) > 50


def _with_cover_and_text(path):
    with av.open(str(path), "w") as output:
        output.set_chapters(CHAPTERS)
        video = output.add_stream("libx264", rate=25)
        video.width, video.height = 64, 48
        text = output.add_mux_stream("mov_text")
        text.time_base = MS
        cover = output.add_stream("png", rate=1)
        cover.width, cover.height, cover.pix_fmt = 8, 8, "rgb24"
        cover.disposition = av.stream.Disposition.attached_pic
        image = av.VideoFrame.from_ndarray(picture(1, (8, 8)), "rgb24")
        output.start_encoding()
        output.mux(cover.encode(image))
        for k in range(12):
            frame = av.VideoFrame.from_ndarray(picture(), "rgb24")
            frame.pts = k
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        for start in (0, 200):
            packet = av.Packet(b"\0\4Rain")
            packet.stream, packet.time_base = text, MS
            packet.pts = packet.dts = start
            packet.duration = 100
            output.mux(packet)


def test_frames_are_upright_for_the_network_and_turned_once(identity, tmp_path):
    clip, out = tmp_path / "a.mp4", tmp_path / "b.mp4"
    make_clip(clip, matrix=TURNED)
    record = restore_video(identity, clip, out)
    before, after = look_at(clip), look_at(out)
    assert after.first.rotation == before.first.rotation == -90
    assert bytes(next(iter(after.first.side_data))) == bytes(
        next(iter(before.first.side_data))
    )
    assert (record.width, record.height) == (48, 64)
    assert {shape[1:3] for shape in identity.shapes} == {(64, 48)}
    assert psnr(before.frames[3], after.frames[3]) > 40
    upright = np.rot90(before.first.to_ndarray(format="rgb24"), -1) / 255
    error = np.abs(identity.tiles[0][0] - upright).mean()
    assert error < 0.02


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


class Flickering(Router):
    """Sees rain in a picture that is more red than green, else snow."""

    size_multiple, halo, recommended_tile = 8, 1, 32

    def __init__(self):
        super().__init__()
        self.alone = []
        self.used = []

    def shallow_moments(self, images):
        return 40 * images.mean(axis=(1, 2))[:, :2] / 3

    def restore_tiles(self, tiles, routing, strength):
        self.used.append(int(routing["weather_weights"][0].argmax()))
        own = self.shallow_moments(tiles.mean(axis=(0, 1, 2), keepdims=True))
        self.alone.append(int(own[0].argmax()))
        return tiles


def test_the_weather_does_not_flicker_and_follows_a_cut(tmp_path):
    """In tiles, with one routing per frame."""
    frames = []
    for k in range(40):
        frames.append(picture(0).astype(int) * [1, 0, 1])
        frames[-1][..., 1] = frames[-1][..., 0] + (-4, 2)[k % 2]
    for k in range(10):
        frames.append(frames[k] // 3 + [0, 8, 150])
    frames = [np.uint8(np.clip(frame, 0, 255)) for frame in frames]
    times = tuple(512 * k for k in range(len(frames)))
    make_clip(
        tmp_path / "a.mp4", times, frames, codec="libx264", pixels="yuv444p"
    )
    restorer = Flickering()
    restore_video(restorer, tmp_path / "a.mp4", tmp_path / "b.mp4")
    per_frame = len(restorer.used) // len(frames)
    assert per_frame > 1
    used = np.reshape(restorer.used, (len(frames), per_frame))
    assert (used == used[:, :1]).all()
    alone = np.reshape(restorer.alone, used.shape)[:40, 0]
    assert np.abs(np.diff(alone)).sum() > 20
    assert set(used[5:40, 0]) == {0}
    assert set(used[40:, 0]) == {1}


@pytest.fixture
def clip(tmp_path):
    """A clip of two seconds in a folder of its own."""
    folder = tmp_path / "in"
    folder.mkdir()
    times = tuple(512 * k for k in range(50))
    make_clip(folder / "a.mp4", times, sound=True, options={"crf": "10"})
    return folder / "a.mp4"


def test_ctrl_c_leaves_no_file(clip, identity, tmp_path):
    out = tmp_path / "out" / "b.mp4"

    def interrupt(done, total):
        assert os.listdir(out.parent) == ["b.mp4.part"]
        if done == 20:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        restore_video(identity, clip, out, progress=interrupt)
    assert os.listdir(out.parent) == []
    out.write_bytes(b"of before")
    with pytest.raises(KeyboardInterrupt):
        restore_video(
            identity, clip, out, progress=lambda *_: signal.raise_signal(2)
        )
    assert out.read_bytes() == b"of before"


def test_a_failing_network_leaves_no_file(clip, identity, tmp_path):
    def out_of_memory(tiles, routing, strength):
        if len(identity.shapes) > 8:
            raise RuntimeError("out of memory")
        identity.shapes.append(tiles.shape)
        return tiles

    identity.restore_tiles = out_of_memory
    with pytest.raises(RuntimeError, match="out of memory"):
        restore_video(identity, clip, tmp_path / "b.mp4")
    assert os.listdir(tmp_path) == ["in"]


@pytest.mark.parametrize("room", [0, 3000, 12000])
def test_a_full_disk_is_one_error(room, clip, identity, tmp_path, full_disk):
    with full_disk(room), pytest.raises(VideoError, match="b.mp4 cannot be wr"):
        restore_video(identity, clip, tmp_path / "b.mp4", crf=4)
    assert os.listdir(tmp_path) == ["in"]


def test_damage_in_the_middle_is_told(clip, identity, tmp_path, rng):
    content = bytearray(clip.read_bytes())
    start = content.find(b"mdat")
    middle = start + (len(content) - start) // 3
    content[middle : middle + 300] = rng.bytes(300)
    clip.write_bytes(content)
    record = restore_video(identity, clip, tmp_path / "b.mp4")
    before, after = look_at(clip), look_at(tmp_path / "b.mp4")
    assert record.damaged > 0
    assert 40 < record.frames == len(after.frames)
    assert after.times == before.times
    assert after.packets == before.packets


def test_frames_without_their_key_frame_are_kept_and_told(identity, tmp_path):
    """As where a camera's ring buffer begins."""
    clip = tmp_path / "a.ts"
    times = tuple(3600 * k for k in range(60))
    make_clip(clip, times, tick=Fraction(1, 90000), options={"g": "30"})
    content = clip.read_bytes()
    clip.write_bytes(content[: 188 * 3] + content[188 * 17 :])
    record = restore_video(identity, clip, tmp_path / "b.mp4")
    after = look_at(tmp_path / "b.mp4")
    assert 50 < record.frames == len(after.frames) < 60
    assert 20 < record.damaged < 30
    assert after.times == look_at(clip).times


def test_a_file_that_is_cut_short_goes_as_far_as_it_goes(identity, tmp_path):
    clip = tmp_path / "a.mkv"
    make_clip(clip, tuple(40 * k for k in range(50)), tick=MS, sound=True)
    content = clip.read_bytes()
    clip.write_bytes(content[: len(content) // 2])
    record = restore_video(identity, clip, tmp_path / "b.mkv")
    assert 0 < record.frames < 50
    assert record.left_out == ("the end, where the file is cut short",)
    assert look_at(tmp_path / "b.mkv").times == look_at(clip).times


def test_what_cannot_be_restored_is_named(identity, tmp_path):
    out = tmp_path / "b.mp4"
    make_clip(tmp_path / "good.mp4", sound=True)
    content = (tmp_path / "good.mp4").read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) // 2])
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "text.mkv").write_text("no video")
    (tmp_path / "folder.mp4").mkdir()
    lossless = {"codec": "ffv1", "tick": MS, "times": (0, 40)}
    make_clip(tmp_path / "alpha.mkv", pixels="yuva420p", **lossless)
    make_clip(tmp_path / "deep.mkv", pixels="gbrp16le", **lossless)
    make_clip(tmp_path / "lines.mp4", options={"x264-params": "tff=1"})
    _only_sound(tmp_path / "sound.mp4")
    small = [picture(0, (32, 48))] * 12
    make_clip(tmp_path / "first.ts")
    make_clip(tmp_path / "second.ts", pictures=small)
    (tmp_path / "sizes.ts").write_bytes(
        (tmp_path / "first.ts").read_bytes()
        + (tmp_path / "second.ts").read_bytes()
    )
    for name, message in (
        ("missing.mp4", "there is no such file"),
        ("cut.mp4", "cannot be opened"),
        ("empty.mp4", "cannot be opened"),
        ("text.mkv", "cannot be opened"),
        ("folder.mp4", "no regular file"),
        ("alpha.mkv", "is transparent"),
        ("deep.mkv", "16 bits per channel"),
        ("lines.mp4", "is interlaced"),
        ("sound.mp4", "there is no video"),
        ("sizes.ts", "change their size .* from 64x48 to 32x48"),
    ):
        with pytest.raises(VideoError, match=f"{name}: .*{message}"):
            restore_video(identity, tmp_path / name, out)
    for name, message in (
        ("b.png", "ending in '.png'"),
        ("b.avi", "ending in '.avi'"),
        ("b.webm", "does not hold the audio stream 1 .aac."),
    ):
        with pytest.raises(VideoError, match=f"{name}: .*{message}"):
            restore_video(identity, tmp_path / "good.mp4", tmp_path / name)
    with pytest.raises(ValueError, match="at least"):
        restore_video(identity, tmp_path / "good.mp4", out, tile=8)
    assert not [p for p in os.listdir(tmp_path) if p.startswith("b.")]


def _only_sound(path):
    with av.open(str(path), "w") as output:
        stream = output.add_stream("aac", rate=16000)
        stream.layout = "mono"
        silence = np.zeros((1, 16000), "float32")
        frame = av.AudioFrame.from_ndarray(silence, "fltp", "mono")
        frame.sample_rate = 16000
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))


def test_two_video_streams_are_both_restored(identity, tmp_path):
    clip, out = tmp_path / "a.mkv", tmp_path / "b.mkv"
    with av.open(str(clip), "w") as output:
        streams = []
        for seed in range(2):
            stream = output.add_stream("libx264", rate=25)
            stream.width, stream.height = 64, 48
            streams.append((seed, stream))
        for k in range(6):
            for seed, stream in streams:
                frame = av.VideoFrame.from_ndarray(picture(seed), "rgb24")
                frame.pts = k
                output.mux(stream.encode(frame))
        for _, stream in streams:
            output.mux(stream.encode(None))
    assert restore_video(identity, clip, out).frames == 12
    for index in range(2):
        with av.open(str(clip)) as a, av.open(str(out)) as b:
            pairs = zip(
                a.decode(video=index), b.decode(video=index), strict=True
            )
            for x, y in pairs:
                assert x.time == y.time
                assert psnr(x.to_ndarray(), y.to_ndarray()) > 40


def test_pyav_is_asked_for_where_it_is_missing(identity, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(VideoError, match="a.mp4: .*PyAV.*pip install"):
        restore_video(identity, tmp_path / "a.mp4", tmp_path / "b.mp4")


def test_strength_and_weather_reach_the_network(identity, tmp_path):
    make_clip(tmp_path / "a.mp4", (0, 512))
    strengths = []

    def dark(tiles, routing, strength):
        strengths.append(strength)
        return tiles * 0.5

    identity.restore_tiles = dark
    restore_video(
        identity,
        tmp_path / "a.mp4",
        tmp_path / "b.mp4",
        weather="snow",
        strength=0.3,
    )
    assert set(strengths) == {0.3}
    assert set(identity.asked) == {"snow"}
    before, after = look_at(tmp_path / "a.mp4"), look_at(tmp_path / "b.mp4")
    seen, written = (
        look.first.to_ndarray(format="rgb24").astype(int)
        for look in (before, after)
    )
    assert np.abs(written - seen / 2).mean() < 3


@pytest.mark.every_backend
def test_a_real_network_on_a_still_video(tmp_path):
    """Without loss, each frame is what the network makes of the picture."""
    restorer = small_restorer()
    still = picture()
    make_clip(
        tmp_path / "a.mkv",
        (0, 40, 90),
        [still] * 3,
        codec="ffv1",
        pixels="bgr0",
        tick=MS,
        colour=(2, 2, 2, 2),
    )
    record = restore_video(restorer, tmp_path / "a.mkv", tmp_path / "b.mkv")
    expected = restorer.restore(still).astype(int)
    assert np.abs(expected - still).max() > 3
    with av.open(str(tmp_path / "b.mkv")) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == record.frames == 3
    for frame in frames:
        written = frame.to_ndarray(format="rgb24").astype(int)
        assert np.abs(written - expected).max() <= 1
    assert record.weather in restorer.classes
