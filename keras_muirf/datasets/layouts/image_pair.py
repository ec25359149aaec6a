import dataclasses
from pathlib import Path

from keras_muirf.restoration.image_reading import read_rgb8

AS_THEY_ARE = "as they are"
TARGET_CROPPED = "target cropped"
CLEAN_LEFT = "clean left"


@dataclasses.dataclass(frozen=True)
class ImagePair:
    """An image with weather, the same scene without, and where they are.

    Args:
        name: String, unique in its split: the input's path below its folder,
            without suffix.
        input: Path of the image with weather.
        target: Path of the image without, or `None` where there is none.
        weather: String: one of `keras_muirf.WEATHERS`, or another name where
            a benchmark has other or mixed degradations.
        form: How the two files hold the pair. `"as they are"`; `"target
            cropped"`, the target is larger by a frame, which is cut off
            (SOTS indoor); `"clean left"`, both halves stand in one file, the
            clean one on the left (Rain800).
        leaked: Boolean. The target also stands in a test set.
    """

    name: str
    input: Path
    target: Path | None
    weather: str
    form: str = AS_THEY_ARE
    leaked: bool = False

    def read(self):
        """Decodes the pair.

        Returns:
            The tuple `(input, target)` of uint8 RGB arrays
            `(height, width, 3)`; the target is `None` where there is none.

        Raises:
            ImageError: If a file cannot be decoded.
        """
        image = read_rgb8(self.input)
        if self.target is None:
            return image, None
        if self.form == CLEAN_LEFT:
            half = image.shape[1] // 2
            return image[:, half : 2 * half], image[:, :half]
        target = read_rgb8(self.target)
        if self.form == TARGET_CROPPED:
            target = crop_center(target, image.shape[:2])
        return image, target


def crop_center(image, size):
    """Cuts `(height, width)` out of the middle; smaller images stay."""
    top, left = (
        max(have - want, 0) // 2
        for have, want in zip(image.shape[:2], size, strict=True)
    )
    return image[top : top + size[0], left : left + size[1]]
