"""Which pixel format an encoder is given for frames of another."""

from keras_muirf.restoration.video_error import VideoError


def channel_bits(pixels):
    """The bits per channel of a pixel format.

    Args:
        pixels: `av.VideoFormat`.

    Returns:
        An int.
    """
    return max(component.bits for component in pixels.components)


def check_pixels(path, pixels):
    """Checks that frames of a pixel format can be restored.

    Args:
        path: `Path` of the video.
        pixels: `av.VideoFormat`.

    Raises:
        VideoError: the frames are transparent or of more than 12 bits.
    """
    if any(component.is_alpha for component in pixels.components):
        raise VideoError(
            f"{path}: the video is transparent ({pixels.name}), which is not "
            "restored; convert it to one without transparency."
        )
    if channel_bits(pixels) > 12:
        raise VideoError(
            f"{path}: the video has {channel_bits(pixels)} bits per channel "
            f"({pixels.name}); at most 12 can be restored."
        )


def encoded_format(pixels, offered):
    """The format that keeps all of a frame's pixels, if there is one.

    Args:
        pixels: `av.VideoFormat` of the frames.
        offered: collection of strings, the formats that an encoder takes.

    Returns:
        The name of the same format, or else of the nearest that has as many
        bits and as fine colours, or `None`.
    """
    # FFmpeg's names with a j say by the name that the range is full; the
    # stream says so too, and not every encoder knows them.
    same = pixels.name.replace("yuvj", "yuv")
    if same in offered:
        return same
    for bits in ("", "10le", "12le"):
        if int(bits[:2] or 8) < channel_bits(pixels):
            continue
        for colours in _as_fine(pixels):
            if f"yuv{colours}p{bits}" in offered:
                return f"yuv{colours}p{bits}"
    return None


def _as_fine(pixels):
    """The samplings of colour that lose none of a format's, coarsest first."""
    width, height = 1 << 10, 1 << 10
    across = pixels.chroma_width(width) if not pixels.is_rgb else width
    down = pixels.chroma_height(height) if not pixels.is_rgb else height
    fits = {
        "420": across <= width / 2 and down <= height / 2,
        "422": across <= width / 2,
        "444": True,
    }
    if len(pixels.components) == 1:
        return ("420", "422", "444")
    return tuple(name for name, fit in fits.items() if fit)
