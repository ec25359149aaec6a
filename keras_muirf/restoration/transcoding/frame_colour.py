"""Frames of a video as red, green and blue, and back."""

import av
import numpy as np
from av.video.reformatter import Colorspace
from av.video.reformatter import Interpolation
from av.video.reformatter import VideoReformatter

from keras_muirf.restoration.transcoding.pixel_format import channel_bits

# Rounded to nearest, with colours of every pixel. Bilinear interpolation of
# FFmpeg 8 damages frames of 4:2:0 on their way to 16 bits.
_EXACT = (
    Interpolation.BICUBIC
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.ACCURATE_RND
)
UNSPECIFIED = 2


class FrameColour:
    """Takes frames to arrays and back, by their own matrix and range.

    Where a stream does not name its matrix, it is that of BT.709 from 720
    lines or 1280 columns on and that of BT.601 below, as players assume; the
    stream goes on not naming it.

    Args:
        first: `av.VideoFrame`, whose description the written frames take.
        pixels: string. The pixel format of the written frames.
    """

    def __init__(self, first, pixels):
        self.pixels = pixels
        self.colorspace = first.colorspace
        self.color_range = first.color_range
        self._to_rgb = VideoReformatter()
        self._from_rgb = VideoReformatter()

    def decoded(self, frame):
        """A frame's colours.

        Args:
            frame: `av.VideoFrame`.

        Returns:
            An `av.VideoFrame` with all that `frame` brought along, and its
            pixels: a view, uint8 or, from more than 8 bits, uint16
            `(H, W, 3)`.
        """
        deep = channel_bits(frame.format) > 8
        matrix = _matrix(frame)
        rgb = self._to_rgb.reformat(
            frame,
            format="rgb48le" if deep else "rgb24",
            src_colorspace=matrix,
            dst_colorspace=matrix,
            interpolation=_EXACT,
        )
        return rgb, _view(rgb)

    def encoded(self, rgb):
        """The frame to encode.

        Args:
            rgb: `av.VideoFrame`, of `decoded`.

        Returns:
            An `av.VideoFrame`.
        """
        rgb.colorspace = self.colorspace
        matrix = _matrix(rgb)
        frame = self._from_rgb.reformat(
            rgb,
            format=self.pixels,
            src_colorspace=matrix,
            dst_colorspace=matrix,
            dst_color_range=self.color_range,
            interpolation=_EXACT,
        )
        # The encoder decides anew which frames are key frames.
        frame.pict_type = av.video.frame.PictureType.NONE
        return frame


def _matrix(frame):
    if frame.colorspace != UNSPECIFIED:
        return None
    large = frame.width >= 1280 or frame.height >= 720
    return Colorspace.ITU709 if large else Colorspace.ITU601


def _view(rgb):
    (plane,) = rgb.planes
    deep = rgb.format.name == "rgb48le"
    values = np.frombuffer(plane, "<u2" if deep else "uint8")
    rows = values.reshape(rgb.height, -1)[:, : 3 * rgb.width]
    return rows.reshape(rgb.height, rgb.width, 3)
