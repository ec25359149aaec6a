import re

from keras_muirf.datasets.layouts.files import find
from keras_muirf.datasets.layouts.files import list_images
from keras_muirf.datasets.layouts.image_pair import CLEAN_LEFT
from keras_muirf.datasets.layouts.image_pair import ImagePair
from keras_muirf.datasets.layouts.scan import Scan


class SideBySideLayout:
    """Both images of a pair in one file, the clean one on the left.

    Args:
        folder: String, the folder of the files below the benchmark's.
        pattern: Regular expression for a file's name without suffix.
        weather: String.

    Example:

    ```python
    layout = SideBySideLayout("training", r"\\d+", weather="rain")
    layout.scan(pathlib.Path("rain800"), "train").pairs
    ```
    """

    def __init__(self, folder, pattern=r".+", *, weather):
        self.folder = folder
        self.pattern = re.compile(pattern, re.IGNORECASE)
        self.weather = weather

    def __str__(self):
        return f"{self.folder}/, clean and rainy halves side by side"

    def scan(self, root, split):
        """Takes every file that fits; see `FolderLayout.scan`."""
        folder = find(root, self.folder)
        if folder is None or not folder.is_dir():
            return None
        scan = Scan(split)
        for name, (path, *more) in list_images(folder).items():
            scan.strangers += more
            if not self.pattern.fullmatch(name):
                scan.strangers.append(path)
                continue
            scan.pairs.append(
                ImagePair(name, path, path, self.weather, CLEAN_LEFT)
            )
        return scan if scan.pairs else None
