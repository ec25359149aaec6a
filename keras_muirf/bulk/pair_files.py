import posixpath
import re

from apache_beam.io.filesystems import FileSystems

from keras_muirf import restoration
from keras_muirf.bulk.file_transfer import is_remote
from keras_muirf.restoration.discover import is_wanted


def pair_files(pattern, out, suffix=None):
    """Pairs the files of a pattern with those that their restorations go to.

    Args:
        pattern: string. A folder or a pattern as of
            `keras_muirf.restoration.discover`, or a pattern of one of Beam's
            file systems, such as `"gs://bucket/photos/**"`.
        out: string. The folder for the results, in which files keep their
            paths below the pattern's first part without a wildcard.
        suffix: string such as `".png"` for the images' results; `None` for
            that of each source.

    Returns:
        A list of pairs of strings, source and target, in order.

    Raises:
        ImageError: there is none, or two would go to one file.

    Example:

    ```python
    from keras_muirf import bulk

    bulk.pair_files("photos/**/*.jpg", "restored")
    ```
    """
    if not is_remote(pattern):
        pairs = restoration.discover([pattern], out, suffix=suffix)
        if not is_remote(out):
            return [(str(source), str(target)) for source, target in pairs]
    root = _fixed_part(pattern)
    pairs = {}
    for source in _matches(pattern):
        relative = source[len(root) :].lstrip("/")
        target = posixpath.join(out, relative)
        if suffix is not None and not restoration.is_video_name(source):
            target = posixpath.splitext(target)[0] + suffix
        if target in pairs:
            raise restoration.ImageError(
                f"{target}: both {pairs[target]} and {source} would be written "
                "to this file; restore them in two runs."
            )
        pairs[target] = source
    if not pairs:
        raise restoration.ImageError(f"{pattern}: no image matches this.")
    return [(source, target) for target, source in pairs.items()]


def _matches(pattern):
    [found] = FileSystems.match([pattern])
    paths = sorted(metadata.path for metadata in found.metadata_list)
    return [path for path in paths if is_wanted(path)]


def _fixed_part(pattern):
    """The folders of a pattern before its first wildcard."""
    return re.split(r"[*?\[]", pattern)[0].rpartition("/")[0]
