"""Which encoder writes a video's frames."""

import os
from typing import NamedTuple

from av.codec import Codec
from av.codec import codecs_available

from keras_muirf.restoration.transcoding.pixel_format import encoded_format
from keras_muirf.restoration.video_error import VideoError

# SVT-AV1 prints what it is up to; only its errors are of interest.
os.environ.setdefault("SVT_LOG", "1")


class Encoder(NamedTuple):
    """An encoder of FFmpeg and how it is used.

    Args:
        name: string. Its name.
        crf: int or `None`. The default constant rate factor.
        worst: int or `None`. The largest one.
        options: dict of strings.
        halves: bool. Whether colours at half resolution need an even size.
    """

    name: str
    crf: int | None
    worst: int | None
    options: dict
    halves: bool = False


# How far they look ahead bounds how many frames they hold.
ENCODERS = {
    "h264": Encoder("libx264", 18, 51, {"rc-lookahead": "10"}, True),
    "hevc": Encoder(
        "libx265",
        20,
        51,
        {"x265-params": "rc-lookahead=10:log-level=none"},
        True,
    ),
    "av1": Encoder("libsvtav1", 24, 63, {"svtav1-params": "lookahead=10"}),
    "vp9": Encoder(
        "libvpx-vp9",
        24,
        63,
        {
            "b": "0",
            "cpu-used": "2",
            "row-mt": "1",
            "lag-in-frames": "10",
        },
    ),
    "ffv1": Encoder("ffv1", None, None, {"level": "3"}),
    "prores": Encoder("prores_ks", None, None, {}),
}
# Where the video's own codec cannot be written.
OTHERS = ("h264", "hevc", "av1", "vp9")


class Choice(NamedTuple):
    """An encoder for frames of one kind.

    Args:
        encoder: `Encoder`.
        pixels: string. The pixel format it is given.
        options: dict of strings, the quality among them.
    """

    encoder: Encoder
    pixels: str
    options: dict


def choose_encoder(path, codec, frame, container, crf=None):
    """Chooses the encoder for a video.

    That of the video's own codec if there is one, the container holds it, and
    it takes the frames with all their bits and colours; or else the first of
    H.264, HEVC, AV1 and VP9 of which that holds.

    Args:
        path: `Path` of the file to be written.
        codec: string. FFmpeg's name of the source's codec.
        frame: `av.VideoFrame`, the first.
        container: `av.container.OutputContainer`.
        crf: int or `None` for the encoder's default.

    Returns:
        A `Choice`.

    Raises:
        VideoError: there is no such encoder, or it does not know `crf`.
    """
    held = container.supported_codecs
    for name in (codec, *OTHERS):
        encoder = ENCODERS.get(name)
        if name not in held or encoder is None:
            continue
        pixels = _pixels(encoder, frame)
        if pixels is not None:
            return Choice(encoder, pixels, _options(path, encoder, crf))
    raise VideoError(
        f"{path}: no encoder at hand writes frames of {frame.width}x"
        f"{frame.height} pixels in {frame.format.name} into this container; "
        "name a file ending in .mkv with -o."
    )


def _pixels(encoder, frame):
    if encoder.name not in codecs_available:
        return None
    formats = Codec(encoder.name, "w").video_formats or ()
    offered = {pixels.name for pixels in formats}
    if encoder.halves:
        if frame.width % 2:
            offered = {
                n for n in offered if not n.startswith(("yuv420", "yuv422"))
            }
        if frame.height % 2:
            offered = {n for n in offered if not n.startswith("yuv420")}
        # Finer colours than the source's would do, but play in few places.
    return encoded_format(frame.format, offered)


def _options(path, encoder, crf):
    if encoder.crf is None:
        if crf is not None:
            raise VideoError(
                f"{path}: the encoder {encoder.name} has no rate factor; "
                "leave out --crf."
            )
        return encoder.options
    crf = encoder.crf if crf is None else crf
    if not 0 <= crf <= encoder.worst:
        raise VideoError(
            f"{path}: the rate factor of {encoder.name} must lie between 0 "
            f"and {encoder.worst}. Received: --crf {crf}"
        )
    return {**encoder.options, "crf": str(crf)}
