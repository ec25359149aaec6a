"""What the server does with a file, apart from HTTP."""

import contextlib
import re
from dataclasses import dataclass

from fastapi import HTTPException

from keras_muirf import restoration
from keras_muirf.models.routing_report import routing_report
from keras_muirf.restoration.tile_size import is_out_of_memory
from muirf.serving.media_types import SUFFIX_OF_IMAGE
from muirf.serving.media_types import SUFFIX_OF_VIDEO
from muirf.serving.media_types import media_type_of
from muirf.serving.work_queue import Cancelled


@dataclass(frozen=True)
class Restored:
    """A restored file, and what is known of it.

    Args:
        content: bytes of the file.
        media_type: string.
        record: a `keras_muirf.restoration.RestorationRecord` or
            `VideoRecord`.
    """

    content: bytes
    media_type: str
    record: object


class RestorationService:
    """Restores, recognizes and previews files.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        limits: `Limits`.
        tile: as in `keras_muirf.restoration.restore_photograph`.
        batch: as in `keras_muirf.restoration.restore_photograph`.
    """

    def __init__(self, restorer, limits, tile="auto", batch=1):
        self.restorer = restorer
        self._limits = limits
        self.tile = tile
        self._batch = batch

    def restore(self, source, media_type, options, check):
        """Restores a file.

        Args:
            source: `Path` of the file; the result is written beside it.
            media_type: string, as the client calls it.
            options: `RestoreOptions`.
            check: function that is called now and then, and raises to end the
                work.

        Returns:
            A `Restored`.

        Raises:
            HTTPException: the file cannot be restored.
        """
        tile = self.tile if options.tile is None else options.tile
        common = {
            "weather": options.weather,
            "tile": tile,
            "batch": self._batch,
            "strength": options.strength,
            "progress": check,
        }
        with _told(source):
            if media_type in SUFFIX_OF_VIDEO:
                suffix = SUFFIX_OF_VIDEO[media_type]
                named = source.rename(source.with_suffix(suffix))
                self._check_size(*restoration.examine_video(named))
                target = source.with_name(f"restored{suffix}")
                record = restoration.restore_video(
                    self.restorer,
                    named,
                    target,
                    strip_metadata=options.strip_metadata,
                    **common,
                )
            else:
                found = self._check_image(source)
                media_type = media_type_of(options.format or found)
                target = source.with_name(
                    f"restored{SUFFIX_OF_IMAGE[media_type]}"
                )
                record = restoration.restore_file(
                    self.restorer,
                    source,
                    target,
                    encoding=restoration.ImageEncoding(
                        options.quality,
                        options.subsampling,
                        options.strip_metadata,
                    ),
                    **common,
                )
            return Restored(target.read_bytes(), media_type, record)

    def recognize(self, source):
        """What the network sees in an image, and what it would share.

        Args:
            source: `Path` of the file.

        Returns:
            A dict of the probabilities of the classes, and of the share of
            the channels of every layer that the weathers share.

        Raises:
            HTTPException: the file is no image that can be restored.
        """
        with _told(source):
            self._check_image(source)
            routing = restoration.route_photograph(
                self.restorer, restoration.read_rgb8(source), tile=self.tile
            )
        report = routing_report(self.restorer.backbone, routing)
        probabilities = self.restorer.class_probabilities(routing)[0]
        return {
            "weather": dict(
                zip(self.restorer.classes, probabilities.tolist(), strict=True)
            ),
            "shared_fraction": {
                layer: float(share[0])
                for layer, share in report["shared_fraction"].items()
            },
        }

    def preview(self, source, target):
        """An image as 8-bit PNG, which every browser shows.

        Args:
            source: `Path` of the file.
            target: `Path` of the PNG file to write.

        Returns:
            The bytes of the PNG file.

        Raises:
            HTTPException: the file is no image that can be restored.
        """
        with _told(source):
            self._check_image(source)
            restoration.write_image(target, restoration.read_rgb8(source))
            return target.read_bytes()

    def _check_image(self, source):
        """Checks an image's size, and tells the name of its format."""
        file_format, height, width = restoration.examine_image(source)
        self._check_size(height, width)
        return file_format.name

    def _check_size(self, height, width):
        if height * width > self._limits.pixels:
            raise HTTPException(
                413,
                f"The image has {width}x{height} pixels, more than "
                f"{self._limits.megapixels:g} million.",
            )


@contextlib.contextmanager
def _told(source):
    """Makes errors about a file those of a request."""
    try:
        yield
    except (HTTPException, Cancelled):
        raise
    except restoration.ImageError as error:
        raise HTTPException(422, _without_paths(error, source)) from error
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    except Exception as error:
        if not is_out_of_memory(error):
            raise
        raise HTTPException(
            503, "The server is short of memory; send a smaller file."
        ) from error


def _without_paths(error, source):
    # Where the server keeps a file for the moment is nobody's business.
    folder = re.escape(f"{source.parent}/")
    words = re.sub(rf"{folder}[^\s:]+(: )?", "", str(error))
    return words[:1].upper() + words[1:]
