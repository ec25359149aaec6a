"""Writing video files, whole or not at all."""

import contextlib
import math
import os

import av

from keras_muirf.durable_file import NoSpaceLeft
from keras_muirf.durable_file import is_no_space
from keras_muirf.durable_file import replaced_file
from keras_muirf.restoration.video_error import VideoError


@contextlib.contextmanager
def written_video(path, muxer, options):
    """Opens a video file to be written; it appears when it is complete.

    Args:
        path: `Path`.
        muxer: string. What FFmpeg calls the container.
        options: dict of strings, the muxer's.

    Yields:
        An `av.container.OutputContainer`, and a context in which to write to
        it.

    Raises:
        VideoError: the file cannot be written.
    """

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
            # Ctrl-C would be lost. From the root on, as in `opened_video`.
            output = av.open(
                os.path.abspath(file.name),
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


def muxer_options(muxer, container, video):
    """What a muxer has to know to keep times and tags as they are.

    Args:
        muxer: string. What FFmpeg calls the container.
        container: `av.container.InputContainer`, the source.
        video: `av.VideoStream` of it.

    Returns:
        A dict of strings.
    """
    if muxer not in ("mp4", "mov"):
        return {}
    # Where a stream begins late is written in ticks of the whole film,
    # thousandths of a second unless asked otherwise.
    starts = [
        stream.start_time * stream.time_base
        for stream in container.streams
        if stream.start_time
    ]
    ticks = math.lcm(1000, *(t.denominator for t in starts if t > 0))
    options = {"movie_timescale": str(ticks)} if ticks < 2**31 else {}
    base = video.time_base
    if base.numerator == 1:
        options["video_track_timescale"] = str(base.denominator)
    # Phones' tags, such as com.apple.quicktime.make, are of another kind.
    if any("." in name for name in container.metadata):
        options["movflags"] = "use_metadata_tags"
    return options
