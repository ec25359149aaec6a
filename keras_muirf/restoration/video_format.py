"""Which files are videos, and which of them can be written."""

from pathlib import Path

from keras_muirf.restoration.video_error import VideoError

_MUXERS = {
    ".mp4": "mp4",
    ".m4v": "mp4",
    ".mov": "mov",
    ".mkv": "matroska",
    ".webm": "webm",
}

VIDEO_SUFFIXES = frozenset(_MUXERS)
"""The file name suffixes of videos that can be written, in lower case."""

# AVI has no timestamps, the others no chapters or no variable frame rate.
_READ_ONLY = frozenset(
    (".3gp", ".avi", ".flv", ".m2ts", ".mpeg", ".mpg", ".mts", ".ts", ".wmv")
)


def is_video_name(path):
    """Whether a file's name ends like a video's, in any case.

    Args:
        path: string or `Path`.
    """
    return Path(path).suffix.lower() in VIDEO_SUFFIXES | _READ_ONLY


def is_written_video_name(path):
    """Whether a file's name ends like that of a video that can be written.

    Args:
        path: string or `Path`.
    """
    return Path(path).suffix.lower() in VIDEO_SUFFIXES


def muxer_by_name(path):
    """What FFmpeg calls the container that a file's name asks for.

    Args:
        path: string or `Path`.

    Returns:
        A string.

    Raises:
        VideoError: the suffix is none of `VIDEO_SUFFIXES`.
    """
    path = Path(path)
    try:
        return _MUXERS[path.suffix.lower()]
    except KeyError:
        raise VideoError(
            f"{path}: a video cannot be written to a file ending in "
            f"'{path.suffix}'; name one with -o that ends in one of "
            f"{', '.join(sorted(VIDEO_SUFFIXES))}."
        ) from None
