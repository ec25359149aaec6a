import av
import numpy as np
from av.codec.context import Flags
from av.sidedata.sidedata import Type

from keras_muirf.restoration.transcoding.copied_stream import copy_description
from keras_muirf.restoration.transcoding.encoders import choose_encoder
from keras_muirf.restoration.transcoding.frame_colour import FrameColour
from keras_muirf.restoration.transcoding.pixel_format import check_pixels
from keras_muirf.restoration.video_error import VideoError

# What stands beside the pixels and is not carried over.
_NOT_CARRIED = {
    Type.SPHERICAL: "the marks of a panorama",
    Type.STEREO3D: "the marks of a stereoscopic picture",
    Type.MASTERING_DISPLAY_METADATA: "HDR mastering data",
    Type.CONTENT_LIGHT_LEVEL: "HDR light levels",
    Type.DYNAMIC_HDR_PLUS: "HDR10+",
    Type.DOVI_METADATA: "Dolby Vision",
}


class VideoTrack:
    """A video stream: decoded, changed and encoded, frame by frame.

    Two frames at most are in here, of which one is worked on; those that the
    decoder and the encoder need to look around are in these.

    Args:
        path: `Path` of the source.
        target: `Path` of the file to be written.
        stream: `av.VideoStream` of the source.
        first: `av.VideoFrame`, the stream's first.
        output: `av.container.OutputContainer`.
        crf: int or `None`, the constant rate factor.
    """

    def __init__(self, path, target, stream, first, output, crf=None):
        self.path = path
        self.target = target
        self.stream = stream
        self.frames = 0
        self.damaged = 0
        check_pixels(path, first.format)
        self._check_whole_pictures(first)
        self._size = first.width, first.height
        self._time = None
        self._waiting = None
        # Quarter turns, against the clock, until the picture is upright.
        self._turns = round(first.rotation / 90) % 4
        codec = stream.codec_context.codec.canonical_name
        choice = choose_encoder(target, codec, first, output, crf)
        self._colour = FrameColour(first, choice.pixels)
        self._output = self._encoder(first, output, choice)
        self.left_out = [
            words
            for kind, words in _NOT_CARRIED.items()
            if any(data.type == kind for data in first.side_data)
        ]

    @property
    def size(self):
        """Width and height in pixels, upright."""
        return self._size[:: -1 if self._turns % 2 else 1]

    @property
    def frame_seconds(self):
        """How long a frame lasts on average, as far as the file says."""
        return float(1 / self._rate)

    def packets(self, packet, change):
        """Takes a packet of the source to packets of the target.

        Args:
            packet: `av.Packet`, the empty one at the end included.
            change: function of pixels `(H, W, 3)`, uint8 or uint16, upright,
                and the frame's time in seconds, to such pixels.

        Yields:
            `av.Packet`s to mux.
        """
        try:
            frames = packet.decode()
        except av.FFmpegError:
            # A decoder goes on after most damages by itself, and after this.
            self.damaged += 1
            frames = []
        for frame in frames:
            yield from self._timed(self._changed(frame, change))
            self.frames += 1
        if not packet.size:
            if not self.frames:
                raise VideoError(
                    f"{self.path}: no frame of the video can be decoded; the "
                    "file is damaged."
                )
            yield from self._timed(None)

    def _timed(self, frame):
        """Encodes the frame before, which lasts until this one."""
        before, self._waiting = self._waiting, frame
        if before is not None:
            # Files tell how long a frame lasts in the order of decoding,
            # which is wrong where the rate varies.
            end = self._end if frame is None else frame.pts
            if end is not None and end > before.pts:
                before.duration = end - before.pts
            yield from self._encoded(before)
        if frame is None:
            yield from self._encoded(None)

    def _encoded(self, frame):
        try:
            return self._output.encode(frame)
        except av.FFmpegError as error:
            raise VideoError(
                f"{self.target}: the encoder {self._output.name} fails "
                f"({error.strerror}); name a file of another kind with -o."
            ) from error

    def _changed(self, frame, change):
        self._check(frame)
        self.damaged += frame.is_corrupt
        rgb, pixels = self._colour.decoded(frame)
        upright = np.ascontiguousarray(np.rot90(pixels, self._turns))
        changed = change(upright, float(frame.pts * self.stream.time_base))
        pixels[...] = np.rot90(changed, -self._turns)
        return self._colour.encoded(rgb)

    def _check(self, frame):
        if (frame.width, frame.height) != self._size:
            raise VideoError(
                f"{self.path}: the frames change their size in the middle of "
                f"the video, from {self._size[0]}x{self._size[1]} to "
                f"{frame.width}x{frame.height}; cut it there."
            )
        self._check_whole_pictures(frame)
        if frame.pts is None:
            # Files without timestamps, such as AVI, have an order.
            frame.pts = frame.dts
        if frame.pts is None or (
            self._time is not None and frame.pts <= self._time
        ):
            raise VideoError(
                f"{self.path}: frame {self.frames} has no timestamp of its "
                "own; remux the video."
            )
        self._time = frame.pts

    def _check_whole_pictures(self, frame):
        if frame.interlaced_frame:
            raise VideoError(
                f"{self.path}: the video is interlaced; deinterlace it first."
            )

    @property
    def _end(self):
        """When the stream ends, as far as the file says."""
        if self.stream.duration is None:
            return None
        return (self.stream.start_time or 0) + self.stream.duration

    @property
    def _rate(self):
        stream = self.stream
        return stream.average_rate or stream.guessed_rate or 25

    def _encoder(self, first, output, choice):
        stream = output.add_stream(
            choice.encoder.name, rate=self._rate, options=choice.options
        )
        stream.time_base = self.stream.time_base
        context = stream.codec_context
        context.time_base = self.stream.time_base
        context.flags |= Flags.frame_duration
        context.width, context.height = self._size
        context.pix_fmt = choice.pixels
        if (
            choice.encoder.name == "libx265"
            and output.format.name != "matroska"
        ):
            # FFmpeg's own choice, hev1, does not play on Apple's devices.
            context.codec_tag = "hvc1"
        context.color_range = first.color_range
        context.colorspace = first.colorspace
        context.color_primaries = first.color_primaries
        context.color_trc = first.color_trc
        if self.stream.sample_aspect_ratio:
            context.sample_aspect_ratio = self.stream.sample_aspect_ratio
        for data in first.side_data:
            if data.type == Type.DISPLAYMATRIX:
                stream.set_display_matrix(np.frombuffer(data, "int32"))
        copy_description(self.stream, stream)
        return stream
