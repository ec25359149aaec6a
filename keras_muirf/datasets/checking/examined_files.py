import os
from concurrent.futures import ThreadPoolExecutor

from keras_muirf.datasets.checking.picture import Picture
from keras_muirf.datasets.layouts.image_pair import CLEAN_LEFT
from keras_muirf.restoration.image_error import ImageError
from keras_muirf.restoration.image_reading import read_rgb8

WHOLE, LEFT, RIGHT = "whole", "left", "right"


class ExaminedFiles:
    """The pictures in the files of pairs, each file decoded once.

    Files are decoded on several threads. A file that several paths lead to
    is the same file.

    Args:
        sets: List of `keras_muirf.datasets.PairSet`.

    Example:

    ```python
    files = ExaminedFiles(keras_muirf.datasets.discover_pairs("data"))
    files.examine()
    files.unreadable
    ```
    """

    def __init__(self, sets):
        self.unreadable = {}
        self._paths = {}
        self._places = {}
        self._parts = {}
        self._pictures = {}
        for found in sets:
            for pair in found.scan.pairs:
                self._add(*_input(pair), thumbnail=False)
                if pair.target is not None:
                    self._add(*_target(pair), thumbnail=True)

    def __len__(self):
        return len(self._paths)

    def _add(self, path, part, thumbnail):
        place = self.place(path)
        self._paths.setdefault(place, path)
        parts = self._parts.setdefault(place, {})
        parts[part] = parts.get(part, False) or thumbnail

    def examine(self, on_file=lambda path: None):
        """Decodes all files.

        Args:
            on_file: Callable that is given each path once it is done.
        """
        places = list(self._paths)
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for place, (pictures, reason) in zip(
                places, pool.map(self._examine, places), strict=True
            ):
                path = self._paths[place]
                if reason:
                    self.unreadable[place] = reason
                self._pictures.update(
                    ((place, part), picture)
                    for part, picture in pictures.items()
                )
                on_file(path)

    def _examine(self, place):
        try:
            pixels = read_rgb8(self._paths[place])
        except ImageError as error:
            return {}, str(error)
        half = pixels.shape[1] // 2
        views = {
            WHOLE: pixels,
            LEFT: pixels[:, :half],
            RIGHT: pixels[:, half : 2 * half],
        }
        return {
            part: Picture.of(views[part], thumbnail)
            for part, thumbnail in self._parts[place].items()
        }, None

    def place(self, path):
        """What all paths to a file have in common."""
        key = str(path)
        if key not in self._places:
            self._places[key] = os.path.realpath(path)
        return self._places[key]

    def input(self, pair):
        """The `Picture` of a pair's input, or `None` if unreadable."""
        path, part = _input(pair)
        return self._pictures.get((self.place(path), part))

    def target(self, pair):
        """The `Picture` of a pair's target, or `None` without one."""
        if pair.target is None:
            return None
        path, part = _target(pair)
        return self._pictures.get((self.place(path), part))


def _input(pair):
    return pair.input, RIGHT if pair.form == CLEAN_LEFT else WHOLE


def _target(pair):
    return pair.target, LEFT if pair.form == CLEAN_LEFT else WHOLE
