from pathlib import Path

from keras_muirf.datasets.image_source import ImageSource
from keras_muirf.datasets.image_source import list_images
from keras_muirf.restoration.image_reading import read_rgb8


class CleanFolder(ImageSource):
    """Photographs without weather, all in one folder.

    Weather is synthesized on them: see `keras_muirf.datasets.Synthesized`.

    Args:
        directory: Path of the folder. Its image files are taken, whatever
            their format; subfolders are not entered.
        scene: `None`, or a callable from a file's name without suffix to the
            name of its scene; see `split`.
        cache: Boolean, whether to keep decoded images in memory. Defaults to
            `True`.

    Item `i` is the uint8 RGB array `(height, width, 3)` of `names[i]`.

    Raises:
        FileNotFoundError: If the folder is missing or has no image.
        ValueError: If two images differ by their suffix only.

    Example:

    ```python
    photographs = keras_muirf.datasets.CleanFolder("photographs")
    train, validation = photographs.split(0.1, seed=0)
    ```
    """

    def __init__(self, directory, scene=None, cache: bool = True):
        self.directory = Path(directory)
        self._paths = list_images(self.directory)
        super().__init__(self._paths, scene=scene, cache=cache)

    @property
    def paths(self):
        """The path of every image, in the order of `names`."""
        return [self._paths[name] for name in self.names]

    def read(self, name: str):
        """Decodes one photograph.

        Args:
            name: String, the file's name without suffix.

        Returns:
            A uint8 array of shape `(height, width, 3)`.
        """
        return read_rgb8(self._paths[name])
