"""Videos made by the tests, and what is in a video."""

from fractions import Fraction
from types import SimpleNamespace

import av
import numpy as np
from av.codec.context import Flags
from av.video.reformatter import Interpolation
from PIL import Image

SIZE = (64, 48)
TICK = Fraction(1, 12800)
CONSTANT = tuple(512 * k for k in range(12))
VARIABLE = (0, 512, 1024, 1400, 1401, 3000, 3700, 9000, 9512, 10000)


def picture(seed=0, size=SIZE):
    """Smooth uint8 pixels `(h, w, 3)`, within the range of all matrices."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(60, 180, (3, 4, 3), dtype="uint8"))
    return np.asarray(coarse.resize(size, Image.Resampling.BICUBIC))


def make_clip(
    path,
    times=CONSTANT,
    pictures=None,
    codec="libx264",
    pixels="yuv420p",
    tick=TICK,
    colour=(1, 1, 1, 1),
    matrix=None,
    aspect=None,
    sound=False,
    subtitles=None,
    chapters=(),
    tags=None,
    video_tags=None,
    container=None,
    options=None,
):
    """Writes a video.

    Args:
        path: `Path`.
        times: tuple of ints. The frames' times in ticks.
        pictures: list of uint8 arrays, by default one that moves.
        codec: string. The encoder.
        pixels: string. The pixel format.
        tick: `Fraction`. The stream's time base.
        colour: range, matrix, primaries and transfer, in FFmpeg's numbers.
        matrix: 9 ints, the display matrix, or `None`.
        aspect: `Fraction`, the sample aspect ratio, or `None`.
        sound: bool. Whether there is a second of sound.
        subtitles: path of a subtitle file, or `None`.
        chapters: list as PyAV wants it.
        tags: dict, the container's.
        video_tags: dict, the video stream's.
        container: dict, the muxer's options.
        options: dict, the encoder's.
    """
    if pictures is None:
        still = picture()
        pictures = [np.roll(still, 2 * k, axis=1) for k in range(len(times))]
    height, width = pictures[0].shape[:2]
    container = dict(container or {})
    if path.suffix in (".mp4", ".mov"):
        container["video_track_timescale"] = str(tick.denominator)
    with av.open(
        str(path),
        "w",
        container_options=container,
    ) as output:
        output.metadata.update(tags or {})
        output.set_chapters(list(chapters))
        stream = output.add_stream(
            codec, rate=25, options={"crf": "4", **(options or {})}
        )
        stream.time_base = tick
        stream.metadata.update(video_tags or {})
        context = stream.codec_context
        context.time_base = tick
        context.width, context.height = width, height
        context.pix_fmt = pixels
        (
            context.color_range,
            context.colorspace,
            context.color_primaries,
            context.color_trc,
        ) = colour
        if aspect:
            context.sample_aspect_ratio = aspect
        if matrix:
            stream.set_display_matrix(matrix)
        audio = None
        if sound:
            audio = output.add_stream("aac", rate=16000)
            audio.layout = "mono"
        texts = None
        if subtitles:
            texts = av.open(str(subtitles))
            kept = output.add_stream_from_template(texts.streams[0])
            kept.metadata["language"] = "deu"
        for time, values in zip(times, pictures, strict=True):
            frame = av.VideoFrame.from_ndarray(values, format="rgb24")
            frame = frame.reformat(
                format=pixels,
                dst_colorspace=5 if colour[1] in (2, 5, 6) else colour[1],
                dst_color_range=colour[0] or 1,
                interpolation=Interpolation.BICUBIC
                | Interpolation.ACCURATE_RND,
            )
            frame.pts, frame.time_base = time, tick
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
        if texts:
            for packet in texts.demux():
                if packet.size:
                    packet.stream = kept
                    output.mux(packet)
        if audio:
            wave = np.sin(np.arange(16000) / 7).astype("float32")[None]
            frame = av.AudioFrame.from_ndarray(wave, "fltp", "mono")
            frame.sample_rate, frame.pts = 16000, 0
            output.mux(audio.encode(frame))
            output.mux(audio.encode(None))


def look_at(path):
    """What is in a video file.

    Returns:
        A namespace of the first video stream's `times` in seconds, `ticks`,
        `frames` (planes as arrays), `first` (`av.VideoFrame`) and `video` (a
        namespace), `packets` of sound and texts by their type, `languages`,
        `types`, `chapters` and `tags`.
    """
    seen = SimpleNamespace(times=[], frames=[], ticks=[], packets={})
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        video.codec_context.flags |= Flags.output_corrupt
        seen.video = SimpleNamespace(
            codec=video.codec_context.codec.canonical_name,
            codec_tag=video.codec_context.codec_tag,
            pixels=video.codec_context.pix_fmt,
            tick=video.time_base,
            aspect=video.sample_aspect_ratio,
            duration=video.duration,
            disposition=video.disposition,
            tags=dict(video.metadata),
            colour=(
                video.codec_context.color_range,
                video.codec_context.colorspace,
                video.codec_context.color_primaries,
                video.codec_context.color_trc,
            ),
        )
        seen.tags = dict(container.metadata)
        seen.chapters = [
            (
                chapter["start"] * chapter["time_base"],
                chapter["end"] * chapter["time_base"],
                chapter["metadata"],
            )
            for chapter in container.chapters()
        ]
        seen.types = [s.type for s in container.streams]
        seen.languages = {s.type: s.language for s in container.streams}
        for packet in container.demux():
            if packet.stream.type != "video":
                if packet.size and packet.stream.type != "data":
                    seen.packets.setdefault(packet.stream.type, []).append(
                        (packet.pts * packet.time_base, bytes(packet))
                    )
                continue
            if packet.stream.index != video.index:
                continue
            try:
                frames = packet.decode()
            except av.FFmpegError:
                frames = []
            for frame in frames:
                seen.times.append(frame.pts * frame.time_base)
                seen.ticks.append(frame.pts)
                seen.frames.append(_values(frame))
                seen.first = getattr(seen, "first", frame)
    return seen


def _values(frame):
    """The planes as they are, or colours where PyAV has no array for them."""
    try:
        return frame.to_ndarray()
    except (ValueError, AssertionError):
        return frame.to_ndarray(format="rgb24", interpolation="BICUBIC")


def psnr(a, b, top=255):
    """Peak signal-to-noise ratio in dB."""
    error = np.mean((np.float64(a) - np.float64(b)) ** 2)
    return 10 * np.log10(top**2 / max(error, 1e-12))
