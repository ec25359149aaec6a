"""Streams that go from container to container packet by packet."""

import io

import av
from av.stream import Discard

from keras_muirf.restoration.video_error import VideoError

# What a container says of itself, or of the stream as it was.
_STALE = (
    "major_brand",
    "minor_version",
    "compatible_brands",
    "encoder",
    "vendor_id",
    "duration",
    "bps",
    "number_of_frames",
    "number_of_bytes",
    "_statistics",
)


def copy_stream(stream, output, path):
    """Prepares a stream for being copied.

    Args:
        stream: `av.stream.Stream` of the source.
        output: `av.container.OutputContainer`.
        path: `Path` of the file to be written.

    Returns:
        The stream in `output`, or `None` if the container does not hold data
        of this kind, which are for programs and not for people.

    Raises:
        VideoError: the container does not hold this picture, audio or
            subtitle stream.
    """
    if _is_held(stream, output.format.name):
        return _added(stream, output)
    if stream.type == "data":
        return None
    raise VideoError(
        f"{path}: this container does not hold {describe(stream)}; name a "
        "file ending in .mkv with -o."
    )


def is_written_anew(stream, chapters):
    """Whether the muxer makes a stream of its own in place of this one.

    In MP4 and MOV chapters are a stream, and the time code is one beside the
    tag of the video.

    Args:
        stream: `av.stream.Stream` of the source.
        chapters: list of the source's chapters.
    """
    if stream.type == "data" and "timecode" in stream.metadata:
        return True
    return bool(chapters) and stream.discard == Discard.all


def carries_nothing(packet):
    """Whether a packet is one that the muxer writes anew.

    These are the empty one at the end of a stream, and the pauses between the
    subtitles of MP4.

    Args:
        packet: `av.Packet` of the source.
    """
    text = getattr(packet.stream, "name", None) == "mov_text"
    return not packet.size or (text and bytes(packet) == b"\0\0")


def describe(stream):
    """A stream in a few words.

    Args:
        stream: `av.stream.Stream`.

    Returns:
        A string.
    """
    name = getattr(stream, "name", None) or "of an unknown codec"
    return f"the {stream.type} stream {stream.index} ({name})"


def copy_description(stream, target):
    """Copies what a container says about a stream.

    Args:
        stream: `av.stream.Stream` of the source.
        target: `av.stream.Stream` to describe alike.
    """
    target.metadata.update(kept_tags(stream.metadata))
    target.disposition = stream.disposition


def strip_tags(output):
    """Takes away the tags that do not say how streams are to be played.

    Args:
        output: `av.container.OutputContainer`, not begun.
    """
    output.metadata.clear()
    for stream in output.streams:
        for name in set(stream.metadata) - {"language"}:
            del stream.metadata[name]


def kept_tags(tags):
    """The tags that hold for the restored file too.

    Args:
        tags: dict of strings.

    Returns:
        A dict of strings.
    """
    return {
        name: value
        for name, value in tags.items()
        if not name.lower().startswith(_STALE)
    }


def _added(stream, output):
    target = output.add_stream_from_template(stream, opaque=True)
    copy_description(stream, target)
    return target


def _is_held(stream, muxer):
    """Tries: not all muxers say beforehand what they hold."""
    trial = av.open(io.BytesIO(), "w", format=muxer)
    try:
        with trial:
            _added(stream, trial)
            trial.start_encoding()
    except (ValueError, av.FFmpegError):
        return False
    return True
