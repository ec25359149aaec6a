import os
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
from router import FlickeringRouter
from small import small_restorer

from keras_muirf.restoration import restore_photograph
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
    restorer = FlickeringRouter()
    restore_video(restorer, tmp_path / "a.mp4", tmp_path / "b.mp4", tile=32)
    per_frame = len(restorer.used) // len(frames)
    assert per_frame > 1
    used = np.reshape(restorer.used, (len(frames), per_frame))
    assert (used == used[:, :1]).all()
    alone = np.reshape(restorer.alone, used.shape)[:40, 0]
    assert np.abs(np.diff(alone)).sum() > 20
    assert set(used[5:40, 0]) == {0}
    assert set(used[40:, 0]) == {1}


def test_the_tags_and_the_time_code_of_cameras(identity, tmp_path):
    clip, out = tmp_path / "a.mov", tmp_path / "b.mov"
    tags = {
        "title": "Regen",
        "creation_time": "2024-05-01T10:00:00.000000Z",
        "com.apple.quicktime.make": "Somebody",
        "com.apple.quicktime.location.ISO6709": "+48.1+011.5/",
    }
    make_clip(
        clip,
        (0, 512, 1600),
        tags=tags,
        video_tags={"timecode": "01:00:00:00"},
        container={"movflags": "use_metadata_tags"},
    )
    record = restore_video(identity, clip, out)
    before, after = look_at(clip), look_at(out)
    assert after.tags.items() >= tags.items()
    assert after.tags == before.tags
    assert after.video.tags["timecode"] == "01:00:00:00"
    assert after.types == before.types == ["video", "data"]
    assert record.left_out == ()


def test_fonts_of_subtitles_are_kept(identity, tmp_path):
    clip, out = tmp_path / "a.mkv", tmp_path / "b.mkv"
    with av.open(str(clip), "w") as output:
        video = output.add_stream("libx264", rate=25)
        video.width, video.height = 64, 48
        output.add_attachment("a.ttf", "font/ttf", b"font" * 9)
        frame = av.VideoFrame.from_ndarray(picture(), "rgb24")
        frame.pts = 0
        output.mux(video.encode(frame))
        output.mux(video.encode(None))
    restore_video(identity, clip, out)
    with av.open(str(out)) as container:
        (font,) = container.streams.attachments
        assert font.data == b"font" * 9
        assert font.metadata["filename"] == "a.ttf"


@pytest.mark.parametrize(
    "name", ["12:30.mp4", "file:a.mp4", "a\nb %03d.mp4", "雨.mp4", b"\xff.mp4"]
)
def test_names_are_no_addresses(name, identity, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "made.mp4", (0, 512))
    os.rename("made.mp4", name)
    name = os.fsdecode(name)
    restore_video(identity, name, f"{name[:-4]}_restored.mp4")
    assert len(os.listdir()) == 2
    os.rename(f"{name[:-4]}_restored.mp4", "restored.mp4")
    assert len(look_at("restored.mp4").frames) == 2


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
    expected, _ = restore_photograph(restorer, still)
    expected = expected.astype(int)
    assert np.abs(expected - still).max() > 3
    with av.open(str(tmp_path / "b.mkv")) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == record.frames == 3
    for frame in frames:
        written = frame.to_ndarray(format="rgb24").astype(int)
        assert np.abs(written - expected).max() <= 1
    assert record.weather in restorer.classes
