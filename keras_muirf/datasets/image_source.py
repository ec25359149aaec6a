import copy

import numpy as np

from keras_muirf.datasets.set_aside import SetAside
from keras_muirf.restoration.image_format import SUFFIXES
from keras_muirf.restoration.image_format import is_image_name


class ImageSource:
    """A fixed list of named images, decoded when first asked for.

    The base of `keras_muirf.datasets.PairSource` and
    `keras_muirf.datasets.CleanFolder`. A subclass says in `read(name)` what
    one item is. Items may be asked for on several threads.

    Args:
        names: Iterable of strings, one per item, each once.
        scene: `None`, or a callable from a name to the name of the scene the
            item shows. Items of one scene never end up on both sides of
            `split`. With `None` every item is a scene of its own.
        cache: Boolean. Keep decoded items in memory (uint8, three bytes per
            pixel). Subsets share what is kept. Defaults to `True`.

    Attributes:
        set_aside: The items that training could not read and does not ask
            for again; subsets share it. `set_aside.reasons()` names them.
    """

    def __init__(self, names, scene=None, cache=True):
        self.names = tuple(names)
        self.scene = scene
        self.cache = cache
        self.set_aside = SetAside()
        self._decoded = {}

    def read(self, name):
        """Decodes the item called `name`; implemented by subclasses."""
        raise NotImplementedError(
            f"{type(self).__name__} has to implement `read(name)`."
        )

    def __len__(self):
        return len(self.names)

    def __getitem__(self, index):
        name = self.names[index]
        item = self._decoded.get(name)
        if item is None:
            item = self.read(name)
            if self.cache:
                # Threads may decode one item at once; all get the first.
                item = self._decoded.setdefault(name, item)
        return item

    def __getstate__(self):
        # For another process: decoded images are quicker read than sent.
        return {**self.__dict__, "_decoded": {}}

    @property
    def scenes(self):
        """The scene of every item, in the order of `names`."""
        if self.scene is None:
            return self.names
        return tuple(self.scene(name) for name in self.names)

    def subset(self, indices):
        """Returns a source of only these items, in this order.

        Args:
            indices: Iterable of integers into this source.

        Returns:
            A source of the same class that shares the decoded images.
        """
        chosen = copy.copy(self)
        chosen._decoded = self._decoded
        chosen.names = tuple(self.names[int(i)] for i in indices)
        return chosen

    def split(self, fraction, seed=0):
        """Splits off whole scenes, for validation.

        The same names, fraction and seed give the same split on every
        machine.

        Args:
            fraction: Float in (0, 1), the share of the scenes to split off;
                at least one scene stays on either side.
            seed: Integer. Defaults to `0`.

        Returns:
            The tuple `(rest, split_off)` of two sources.

        Raises:
            ValueError: If `fraction` is not in (0, 1), or there are fewer
                than two scenes.
        """
        if not 0 < fraction < 1:
            raise ValueError(
                "`fraction` is the share of the scenes to split off and has "
                f"to lie between 0 and 1. Received: fraction={fraction}"
            )
        scenes = self.scenes
        distinct = sorted(set(scenes))
        if len(distinct) < 2:
            raise ValueError(
                "A split by scene needs at least two scenes. Received: "
                f"{len(self)} items of the scenes {distinct}"
            )
        count = min(max(round(fraction * len(distinct)), 1), len(distinct) - 1)
        order = np.random.default_rng(seed).permutation(len(distinct))
        held = {distinct[i] for i in order[:count]}
        rest = [i for i, s in enumerate(scenes) if s not in held]
        split_off = [i for i, s in enumerate(scenes) if s in held]
        return self.subset(rest), self.subset(split_off)


def list_images(directory):
    """Lists the image files directly inside a folder, by stem.

    Hidden files, subfolders and files of other kinds are passed over.

    Args:
        directory: `pathlib.Path` of a folder.

    Returns:
        A dictionary from stem to path, sorted by stem.

    Raises:
        FileNotFoundError: If there is no such folder or no image in it.
        ValueError: If two images share a stem.
    """
    if not directory.is_dir():
        raise FileNotFoundError(
            f"There is no folder {directory}. A folder of images is needed."
        )
    found = {}
    for path in sorted(directory.iterdir()):
        hidden = path.name.startswith(".")
        if hidden or not is_image_name(path) or not path.is_file():
            continue
        if path.stem in found:
            raise ValueError(
                "Images are told apart by their names without the suffix, "
                f"so {found[path.stem].name} and {path.name} in {directory} "
                "cannot stand side by side. Remove one of them."
            )
        found[path.stem] = path
    if not found:
        raise FileNotFoundError(
            f"There is no image in {directory}. Files with one of the "
            f"suffixes {', '.join(sorted(SUFFIXES))} are needed."
        )
    return found
