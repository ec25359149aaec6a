"""Reading video files."""

import contextlib
import os
import stat

import av
from av.codec.context import Flags
from av.stream import Disposition

from keras_muirf.restoration.transcoding.copied_stream import describe
from keras_muirf.restoration.video_error import VideoError

# A playlist under a video's name would have FFmpeg open what it lists.
_OPTIONS = {
    "format_whitelist": "asf,avi,flv,matroska,mov,mpeg,mpegts",
    "protocol_whitelist": "file",
}


@contextlib.contextmanager
def opened_video(path):
    """Opens a video file to be read.

    Args:
        path: `Path`.

    Yields:
        An `av.container.InputContainer`.

    Raises:
        VideoError: the file is missing, or no video.
    """
    try:
        # Without this a pipe would block for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise VideoError(f"{path}: this is no regular file.")
        # From the root on: in '12:30.mp4', 12 would be taken for a protocol.
        container = av.open(
            os.path.abspath(path),
            options=_OPTIONS,
            metadata_errors="surrogateescape",
        )
    except FileNotFoundError:
        raise VideoError(
            f"{path}: there is no such file; check the name."
        ) from None
    except (av.FFmpegError, OSError) as error:
        if isinstance(error, VideoError):
            raise
        raise VideoError(
            f"{path}: the video cannot be opened "
            f"({getattr(error, 'strerror', None) or error}); it is damaged, "
            "or no video."
        ) from error
    with container:
        yield container


def first_frames(path):
    """The first frame of every video stream.

    Args:
        path: `Path`.

    Returns:
        A dict of `av.VideoFrame`s by their stream's index.

    Raises:
        VideoError: there is none, or no decoder for it.
    """
    with opened_video(path) as container:
        streams = [
            stream
            for stream in container.streams.video
            if not stream.disposition & Disposition.attached_pic
        ]
        if not streams:
            raise VideoError(f"{path}: there is no video in this file.")
        for stream in streams:
            if stream.codec_context is None:
                raise VideoError(
                    f"{path}: there is no decoder for {describe(stream)}."
                )
            keep_damaged(stream)
        frames = {}
        for packet in container.demux(streams):
            with contextlib.suppress(av.FFmpegError):
                for frame in packet.decode():
                    frames.setdefault(packet.stream.index, frame)
            if len(frames) == len(streams):
                break
    if not frames:
        raise VideoError(
            f"{path}: no frame of the video can be decoded; the file is "
            "damaged."
        )
    return frames


def keep_damaged(stream):
    """Has a decoder give out also the frames that it had to patch up.

    Args:
        stream: `av.VideoStream`.
    """
    stream.codec_context.flags |= Flags.output_corrupt


def packets(path, container, streams):
    """The packets of some streams, in the order of the file.

    Args:
        path: `Path` of the file.
        container: `av.container.InputContainer`.
        streams: list of `av.stream.Stream`.

    Yields:
        `av.Packet`s; at the end an empty one of each stream.

    Raises:
        VideoError: the file cannot be read on.
    """
    try:
        yield from container.demux(streams)
    except av.FFmpegError as error:
        raise VideoError(
            f"{path}: the video cannot be read to its end ({error.strerror})."
        ) from error
