"""Restoring one file after another, whatever becomes of each."""

import hashlib
import os
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from keras_muirf.restoration.file_outcome import FAILED
from keras_muirf.restoration.file_outcome import RESTORED
from keras_muirf.restoration.file_outcome import SKIPPED
from keras_muirf.restoration.file_outcome import FileOutcome
from keras_muirf.restoration.image_encoding import ImageEncoding
from keras_muirf.restoration.image_error import ImageError
from keras_muirf.restoration.image_reading import examine_image
from keras_muirf.restoration.photograph import restore_file
from keras_muirf.restoration.tile_size import is_out_of_memory
from keras_muirf.restoration.video import examine_video
from keras_muirf.restoration.video import restore_video
from keras_muirf.restoration.video_format import is_video_name


@dataclass
class RestorationWorker:
    """Restores photographs and videos, one file after another.

    A worker is told everything but the files when it is made, and tells what
    became of each file instead of raising. It can be pickled: the copy loads
    the preset anew, at its first file. So any engine that calls a function on
    many machines can restore with it.

    Args:
        preset: string. As in `MUIRFImageRestorer.from_preset`.
        weather: as in `restore_photograph`.
        tile: as in `restore_photograph`.
        batch: as in `restore_photograph`.
        strength: as in `restore_photograph`.
        encoding: `ImageEncoding`, how photographs are written.
        crf: as in `restore_video`.
        overwrite: bool. Whether a target that is there is written anew rather
            than its source skipped.
        max_megapixels: float. Images and frames of videos that are larger
            fail: a file of a few bytes may announce any size.

    Call arguments:
        source: string or `Path`. The file to read.
        target: string or `Path`. The file to write.
        progress: as in `restore_video`.

    Returns:
        A `FileOutcome`.

    Example:

    ```python
    worker = keras_muirf.restoration.RestorationWorker("muirf_tiny_derain")
    for source, target in keras_muirf.restoration.discover(["in"], "out"):
        outcome = worker(source, target)
        print(outcome.source, outcome.status, outcome.why)
    ```
    """

    preset: str
    weather: str = "auto"
    tile: int | str = "auto"
    batch: int = 1
    strength: float = 1.0
    encoding: ImageEncoding = field(default_factory=ImageEncoding)
    crf: int | None = None
    overwrite: bool = False
    max_megapixels: float = 500.0

    def __post_init__(self):
        self._restorer = None

    def __getstate__(self):
        return {**vars(self), "_restorer": None}

    @property
    def restorer(self):
        """The `MUIRFImageRestorer`, loaded when first asked for."""
        if self._restorer is None:
            from keras_muirf.models import MUIRFImageRestorer

            self._restorer = MUIRFImageRestorer.from_preset(self.preset)
        return self._restorer

    @restorer.setter
    def restorer(self, restorer):
        self._restorer = restorer

    @property
    def made_with(self):
        """What decides how results look, in types that JSON knows."""
        return {
            "preset": self.preset,
            "weights": weights_sha256(self.restorer),
            "weather_option": self.weather,
            "strength": self.strength,
            "quality": self.encoding.quality,
            "subsampling": self.encoding.subsampling,
            "strip_metadata": self.encoding.strip_metadata,
            "crf": self.crf,
        }

    def __call__(self, source, target, progress=None):
        source, target = Path(source), Path(target)
        if not self.overwrite and os.path.lexists(target):
            why = f"{target} is there already."
            return FileOutcome(source, target, SKIPPED, why)
        restorer = self.restorer
        try:
            record = self._restore(restorer, source, target, progress)
        except ImageError as error:
            return FileOutcome(source, target, FAILED, str(error))
        # The backends' errors have no common type, and one file's failure
        # must not keep the others from being restored.
        except Exception as error:
            return FileOutcome(source, target, FAILED, _why(source, error))
        return FileOutcome(source, target, RESTORED, record=record)

    def _restore(self, restorer, source, target, progress):
        self._check_size(source)
        options = {
            "weather": self.weather,
            "tile": self.tile,
            "batch": self.batch,
            "strength": self.strength,
        }
        if not is_video_name(source):
            options["encoding"] = self.encoding
            return restore_file(restorer, source, target, **options)
        return restore_video(
            restorer,
            source,
            target,
            crf=self.crf,
            strip_metadata=self.encoding.strip_metadata,
            progress=progress,
            **options,
        )

    def _check_size(self, source):
        if is_video_name(source):
            height, width = examine_video(source)
        else:
            _, height, width = examine_image(source)
        if height * width > self.max_megapixels * 1e6:
            raise ImageError(
                f"{source}: the image has {width}x{height} pixels, more than "
                f"{self.max_megapixels:g} million; raise --max-megapixels if "
                "it is to be restored."
            )


def weights_sha256(restorer):
    """SHA-256 of a restorer's weights, the same on every backend.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.

    Returns:
        A string of 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for weight in restorer.weights:
        values = weight.numpy()
        digest.update(f"{values.shape}".encode())
        digest.update(values.astype("<f4").tobytes())
    return digest.hexdigest()


def _why(source, error):
    words = " ".join(str(error).split())[:300]
    advice = ""
    if is_out_of_memory(error):
        advice = "; memory is short: a smaller --tile helps"
    return (
        f"{source}: the file could not be restored "
        f"({type(error).__name__}: {words}){advice}."
    )
