"""A video file through a function of its frames, in one pass."""

from typing import NamedTuple

from keras_muirf.restoration.transcoding.copied_stream import carries_nothing
from keras_muirf.restoration.transcoding.source_file import first_frames
from keras_muirf.restoration.transcoding.source_file import opened_video
from keras_muirf.restoration.transcoding.source_file import packets
from keras_muirf.restoration.transcoding.stream_plan import StreamPlan
from keras_muirf.restoration.transcoding.target_file import muxer_options
from keras_muirf.restoration.transcoding.target_file import written_video
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


def transcode(
    source,
    target,
    new_change,
    crf=None,
    strip_metadata=False,
    progress=None,
):
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
        strip_metadata: bool. Whether tags and streams of data are left out.
        progress: function, called after every frame with the number of
            frames that are done and that of all, or `None` where the file
            does not tell.

    Returns:
        A `Transcoded`.

    Raises:
        VideoError: the source cannot be read or the target not written.
    """
    muxer = muxer_by_name(target)
    firsts = first_frames(source)
    with opened_video(source) as container:
        video = container.streams[min(firsts)]
        options = muxer_options(muxer, container, video)
        with written_video(target, muxer, options) as (output, writing):
            plan = StreamPlan(
                source,
                target,
                container,
                output,
                firsts,
                crf,
                strip_metadata,
            )
            told = _Told(progress, plan)
            changes = {
                index: told.of(new_change(track.frame_seconds))
                for index, track in plan.tracks.items()
            }
            for packet in packets(source, container, plan.read):
                plan.saw(packet)
                # The empty packets at the end have no index of their own.
                index = packet.stream.index
                track = plan.tracks.get(index)
                if track is None:
                    if not carries_nothing(packet):
                        packet.stream = plan.copied[index]
                        with writing():
                            output.mux(packet)
                    continue
                for encoded in track.packets(packet, changes[index]):
                    with writing():
                        output.mux(encoded)
        return Transcoded(
            plan.tracks[min(firsts)].size,
            plan.frames,
            plan.damaged,
            plan.left_out,
        )


class _Told:
    """Functions of frames whose every call is reported."""

    def __init__(self, progress, plan):
        self.progress = progress
        self.total = plan.total
        self.done = 0

    def of(self, change):
        def told(pixels, seconds):
            changed = change(pixels, seconds)
            self.done += 1
            if self.progress is not None:
                self.progress(self.done, self.total)
            return changed

        return told
