"""From video to video: every frame restored, all else kept."""

import time
from pathlib import Path

import numpy as np

from keras_muirf.restoration.frame_restorer import FrameRestorer
from keras_muirf.restoration.photograph import restore_photograph
from keras_muirf.restoration.tile_size import check_tile
from keras_muirf.restoration.tile_size import tile_sizes
from keras_muirf.restoration.tile_size import with_smaller_tiles
from keras_muirf.restoration.video_error import VideoError
from keras_muirf.restoration.video_record import VideoRecord


def restore_video(
    restorer,
    source,
    target,
    weather="auto",
    tile="auto",
    batch=1,
    strength=1.0,
    crf: int | None = None,
    strip_metadata: bool = False,
    progress=None,
):
    """Restores the frames of one video file into another.

    The file is read once. Every frame keeps its time; sound, subtitles,
    chapters, tags, rotation and the description of the colours are kept. The
    frames are restored one by one, but routed from a mean over the last
    second, so that what the network does to them does not flicker; see
    `SmoothedRouting`. Needs PyAV.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        source: string or `Path`. The file to read.
        target: string or `Path`. The file to write; its suffix names the
            container: `.mp4`, `.m4v`, `.mov`, `.mkv` or `.webm`.
        weather: as in `restore_photograph`.
        tile: as in `restore_photograph`.
        batch: as in `restore_photograph`.
        strength: as in `restore_photograph`.
        crf: int. The constant rate factor of the encoder: less is better and
            larger. `None` for 18 with H.264, 20 with HEVC, 24 with AV1 and
            VP9.
        strip_metadata: bool. Whether tags, and streams of data such as a
            camera's positions, are left out.
        progress: function, called after every frame with the number of
            frames that are done and that of all, or `None` where the file
            does not tell.

    Returns:
        A `VideoRecord`.

    Raises:
        VideoError: PyAV is missing, the source cannot be read, or the target
            not written.
        ValueError: as `restore_photograph`.

    Example:

    ```python
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    record = keras_muirf.restoration.restore_video(
        restorer, "clip.mp4", "restored.mp4"
    )
    record.frames, record.weather
    ```
    """
    started = time.perf_counter()
    source, target = Path(source), Path(target)
    check_tile(restorer, tile)
    transcode = _transcode(source)
    posteriors = _Mean()
    sizes_of_streams = []

    def new_change(frame_seconds):
        frames = FrameRestorer(restorer, weather, frame_seconds)
        sizes = []
        sizes_of_streams.append(sizes)

        def change(pixels, seconds):
            if not sizes:
                sizes.extend(tile_sizes(restorer, tile, *pixels.shape[:2]))
            frames.begin_frame(pixels, seconds)
            (restored, posterior), size = with_smaller_tiles(
                lambda size: restore_photograph(
                    frames, pixels, weather, size, batch, strength
                ),
                sizes,
            )
            # What was too large for one frame is too large for all.
            del sizes[: sizes.index(size)]
            posteriors.add(posterior)
            return restored

        return change

    done = transcode(source, target, new_change, crf, strip_metadata, progress)
    posterior = posteriors.value
    seen = int(posterior.argmax())
    return VideoRecord(
        source=source,
        target=target,
        weather=restorer.classes[seen],
        probability=float(posterior[seen]),
        width=done.size[0],
        height=done.size[1],
        tile=sizes_of_streams[0][0],
        seconds=time.perf_counter() - started,
        frames=done.frames,
        damaged=done.damaged,
        left_out=done.left_out,
    )


def examine_video(path):
    """Reads what a video file says of its frames, without decoding them.

    Args:
        path: string or `Path`.

    Returns:
        The height and the width in pixels of its largest video stream.

    Raises:
        VideoError: as `restore_video`.

    Example:

    ```python
    height, width = keras_muirf.restoration.examine_video("clip.mp4")
    ```
    """
    path = Path(path)
    _check_pyav(path)
    from keras_muirf.restoration.transcoding.source_file import opened_video

    with opened_video(path) as container:
        sizes = [
            (stream.codec_context.height, stream.codec_context.width)
            for stream in container.streams.video
            if stream.codec_context
        ]
    return max(sizes, key=lambda size: size[0] * size[1], default=(0, 0))


def _check_pyav(source):
    try:
        import av  # noqa: F401
    except ImportError as error:
        raise VideoError(
            f"{source}: restoring videos needs PyAV ({error}); install it "
            "with `pip install 'keras-muirf[video]'`."
        ) from error


def _transcode(source):
    _check_pyav(source)
    from keras_muirf.restoration.transcoding.transcode import transcode

    return transcode


class _Mean:
    """The mean of arrays, of which none is kept."""

    def __init__(self):
        self._sum = 0.0
        self._count = 0

    def add(self, values):
        self._sum = self._sum + np.float64(values)
        self._count += 1

    @property
    def value(self):
        return self._sum / self._count
