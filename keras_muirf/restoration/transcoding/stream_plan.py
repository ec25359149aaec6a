import av

from keras_muirf.restoration.transcoding.copied_stream import copy_stream
from keras_muirf.restoration.transcoding.copied_stream import describe
from keras_muirf.restoration.transcoding.copied_stream import is_written_anew
from keras_muirf.restoration.transcoding.copied_stream import kept_tags
from keras_muirf.restoration.transcoding.copied_stream import strip_tags
from keras_muirf.restoration.transcoding.source_file import keep_damaged
from keras_muirf.restoration.transcoding.video_track import VideoTrack

# Headers round; what is missing for longer was there once.
CUT_SECONDS = 0.5


class StreamPlan:
    """Where each stream of a video file goes, and how far it got.

    Args:
        source: `Path` of the source.
        target: `Path` of the file to be written.
        container: `av.container.InputContainer`.
        output: `av.container.OutputContainer`, to which the streams are added.
        firsts: dict of `av.VideoFrame`s by the index of the stream that they
            begin; these streams are changed.
        crf: int or `None`, the constant rate factor.
        strip_metadata: bool. Whether tags and streams of data, in which
            cameras store where they were, are left out.

    Attributes:
        tracks: dict of `VideoTrack`s by the index of their stream.
        copied: dict of streams of `output` by the index of their origin.
        read: list of streams of `container`, those with a place to go.
    """

    def __init__(
        self,
        source,
        target,
        container,
        output,
        firsts,
        crf,
        strip_metadata=False,
    ):
        self.tracks = {}
        self.copied = {}
        self._left_out = []
        output.metadata.update(kept_tags(container.metadata))
        chapters = container.chapters()
        output.set_chapters(chapters)
        for stream in container.streams:
            if stream.index in firsts:
                keep_damaged(stream)
                self.tracks[stream.index] = track = VideoTrack(
                    source,
                    target,
                    stream,
                    firsts[stream.index],
                    output,
                    crf,
                )
                self._left_out.extend(track.left_out)
            elif is_written_anew(stream, chapters):
                continue
            elif strip_metadata and stream.type == "data":
                self._left_out.append(describe(stream))
            elif copied := copy_stream(stream, output, target):
                self.copied[stream.index] = copied
            else:
                self._left_out.append(describe(stream))
        if strip_metadata:
            strip_tags(output)
        self._container = container
        self._end = 0
        wanted = self.tracks.keys() | self.copied.keys()
        self.read = [s for s in container.streams if s.index in wanted]

    def saw(self, packet):
        """Notes how far the source has been read.

        Args:
            packet: `av.Packet` of the source.
        """
        if packet.pts is not None:
            end = (packet.pts + (packet.duration or 0)) * packet.time_base
            self._end = max(self._end, end)

    @property
    def left_out(self):
        """What was not carried over, a tuple of strings."""
        end = ["the end, where the file is cut short"]
        return tuple(self._left_out + end * self._ends_early)

    @property
    def _ends_early(self):
        """Whether the file has less in it than its header promises."""
        if self._container.duration is None:
            return False
        start = self._container.start_time or 0
        promised = (start + self._container.duration) / av.time_base
        return self._end < promised - CUT_SECONDS

    @property
    def frames(self):
        """The number of frames that are done."""
        return sum(track.frames for track in self.tracks.values())

    @property
    def damaged(self):
        """The number of damaged frames and packets."""
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
