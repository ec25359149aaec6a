import os
import signal
import sys
from fractions import Fraction

import av
import numpy as np
import pytest
from clips import look_at
from clips import make_clip
from clips import picture

from keras_muirf.restoration import VideoError
from keras_muirf.restoration import restore_video

MS = Fraction(1, 1000)
# Files that would have FFmpeg open another.
PLAYLIST = """#EXTM3U
#EXT-X-TARGETDURATION:5
#EXTINF:5,
first.ts
#EXT-X-ENDLIST
"""
CONCATENATION = "ffconcat version 1.0\nfile first.ts\n"


@pytest.fixture
def clip(tmp_path):
    """A clip of two seconds in a folder of its own."""
    folder = tmp_path / "in"
    folder.mkdir()
    times = tuple(512 * k for k in range(50))
    make_clip(folder / "a.mp4", times, sound=True, options={"crf": "10"})
    return folder / "a.mp4"


def test_ctrl_c_leaves_no_file(ctrl_c, clip, identity, tmp_path):
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
    (tmp_path / "list.mp4").write_text(PLAYLIST)
    (tmp_path / "concat.mp4").write_text(CONCATENATION)
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
        ("list.mp4", "cannot be opened"),
        ("concat.mp4", "cannot be opened"),
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


def test_pyav_is_asked_for_where_it_is_missing(identity, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(VideoError, match="a.mp4: .*PyAV.*pip install"):
        restore_video(identity, tmp_path / "a.mp4", tmp_path / "b.mp4")
