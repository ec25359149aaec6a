"""A video file through a function of its frames, in one pass."""

import contextlib
import os
import stat
from typing import NamedTuple

import av
from av.codec.context import Flags
from av.stream import Discard
from av.stream import Disposition

from keras_muirf.durable_file import NoSpaceLeft
from keras_muirf.durable_file import is_no_space
from keras_muirf.durable_file import replaced_file
from keras_muirf.restoration.transcoding.copied_stream import copy_stream
from keras_muirf.restoration.transcoding.copied_stream import describe
from keras_muirf.restoration.transcoding.copied_stream import kept_tags
from keras_muirf.restoration.transcoding.video_track import VideoTrack
from keras_muirf.restoration.video_error import VideoError
from keras_muirf.restoration.video_format import muxer_by_name


class Transcoded(NamedTuple):
    """What became of a video.

    Args:
        size: pair of ints. Width and height of the first video stream,
            upright.
        frames: int.
        damaged: int. Frames or packets that the decoder called damaged.
        left_out: tuple of strings. What was not carried over.
    """

    size: tuple
    frames: int
    damaged: int
    left_out: tuple


def transcode(source, target, new_change, crf=None, progress=None):
    """Writes a video whose frames are those of another, changed.

    Frames keep their times, everything else is copied. The file appears
    complete or not at all.

    Args:
        source: `Path`. The file to read.
        target: `Path`. The file to write; its suffix names the container.
        new_change: function, called for every video stream with the seconds
            that a frame lasts on average. It returns a function of pixels
            `(H, W, 3)`, uint8 or uint16, and the seconds at which they are
            shown, to such pixels.
        crf: int or `None`, the encoder's constant rate factor.
        progress: function, called after every frame with the number of
            frames that are done and that of all, or `None` where the file
            does not tell.

    Returns:
        A `Transcoded`.

    Raises:
        VideoError: the source cannot be read or the target not written.
    """
    muxer = muxer_by_name(target)
    firsts = _first_frames(source)
    with (
        _opened(source) as container,
        _written(target, muxer, _muxing(muxer, container, firsts)) as (
            output,
            writing,
        ),
    ):
        job = _Job(source, target, container, output, firsts, crf)
        changes = {
            index: new_change(track.frame_seconds)
            for index, track in job.tracks.items()
        }
        total = job.total
        for packet in _packets(source, container, job.read):
            # The empty packets at the end know their stream, not its index.
            index = packet.stream.index
            track = job.tracks.get(index)
            if track is None:
                if packet.size:
                    packet.stream = job.copied[index]
                    with writing():
                        output.mux(packet)
                continue
            before = job.frames
            for encoded in track.packets(packet, changes[index]):
                with writing():
                    output.mux(encoded)
            if progress is not None and job.frames > before:
                progress(job.frames, total)
    first = next(iter(job.tracks.values()))
    return Transcoded(first.size, job.frames, job.damaged, tuple(job.left_out))


class _Job:
    """Which stream goes where."""

    def __init__(self, source, target, container, output, firsts, crf):
        self.tracks = {}
        self.copied = {}
        self.left_out = []
        output.metadata.update(kept_tags(container.metadata))
        chapters = container.chapters()
        output.set_chapters(chapters)
        for stream in container.streams:
            if stream.index in firsts:
                stream.codec_context.flags |= Flags.output_corrupt
                self.tracks[stream.index] = track = VideoTrack(
                    source,
                    target,
                    stream,
                    firsts[stream.index],
                    output,
                    crf,
                )
                self.left_out.extend(track.left_out)
            # FFmpeg reads the chapters of an MP4 file from such a stream.
            elif chapters and stream.discard == Discard.all:
                continue
            elif copied := copy_stream(stream, output, target):
                self.copied[stream.index] = copied
            else:
                self.left_out.append(describe(stream))
        wanted = self.tracks.keys() | self.copied.keys()
        self.read = [s for s in container.streams if s.index in wanted]

    @property
    def frames(self):
        return sum(track.frames for track in self.tracks.values())

    @property
    def damaged(self):
        return sum(track.damaged for track in self.tracks.values())

    @property
    def total(self):
        """The number of all frames, or `None`."""
        total = 0
        for track in self.tracks.values():
            stream = track.stream
            seconds = (stream.duration or 0) * stream.time_base
            count = stream.frames or round(seconds / track.frame_seconds)
            if not count:
                return None
            total += count
        return total


def _first_frames(path):
    """The first frame of every video stream, by the stream's index."""
    with _opened(path) as container:
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
            stream.codec_context.flags |= Flags.output_corrupt
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


@contextlib.contextmanager
def _opened(path):
    try:
        # Without this a pipe would block for ever.
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise VideoError(f"{path}: this is no regular file.")
        container = av.open(str(path), metadata_errors="surrogateescape")
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


@contextlib.contextmanager
def _written(path, muxer, options):
    """Yields the container to write, and a context for doing so."""

    @contextlib.contextmanager
    def writing():
        try:
            yield
        except av.FFmpegError as error:
            if is_no_space(error):
                raise
            raise VideoError(
                f"{path}: the video cannot be written ({error.strerror})."
            ) from error

    try:
        with replaced_file(path) as file:
            # By its name: in a file object's methods, called from FFmpeg,
            # Ctrl-C would be lost.
            output = av.open(
                file.name,
                "w",
                format=muxer,
                container_options=options,
                metadata_errors="surrogateescape",
            )
            try:
                yield output, writing
                with writing():
                    output.close()
            except BaseException:
                with contextlib.suppress(Exception):
                    output.close()
                raise
    except NoSpaceLeft as error:
        raise VideoError(str(error)) from error
    except OSError as error:
        if isinstance(error, VideoError):
            raise
        raise VideoError(
            f"{path}: the file could not be written "
            f"({error.strerror or error}); name another place with -o."
        ) from error


def _muxing(muxer, container, firsts):
    """What the muxer has to know to keep times and tags as they are."""
    if muxer not in ("mp4", "mov"):
        return {}
    options = {}
    base = container.streams[min(firsts)].time_base
    if base.numerator == 1:
        options["video_track_timescale"] = str(base.denominator)
    # Phones' tags, such as com.apple.quicktime.make, are of another kind.
    if any("." in name for name in container.metadata):
        options["movflags"] = "use_metadata_tags"
    return options


def _packets(path, container, streams):
    try:
        yield from container.demux(streams)
    except av.FFmpegError as error:
        raise VideoError(
            f"{path}: the video cannot be read to its end ({error.strerror})."
        ) from error
