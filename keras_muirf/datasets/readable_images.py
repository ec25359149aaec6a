from keras_muirf.datasets.set_aside import SetAside
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.restoration.image_error import ImageError


class ReadableImages:
    """Draws images from sources, and sets those aside that cannot be read.

    Args:
        sources: List of sources, as `keras_muirf.datasets.WeatherMajorDataset`
            takes them.
    """

    def __init__(self, sources):
        self.sources = list(sources)
        # Those of ours remember it themselves, for all their subsets.
        own = [getattr(folder_of(s), "set_aside", None) for s in self.sources]
        self._aside = [SetAside() if one is None else one for one in own]

    def draw(self, source, rng):
        """Draws an image that can be read.

        The result is a function of the random numbers and of the files: an
        image that is known to be damaged is drawn and passed over just like
        one that turns out to be.

        Args:
            source: One of `sources`.
            rng: `numpy.random.Generator`.

        Returns:
            The tuple `(name, item)` of what the source reads from.

        Raises:
            ImageError: If none can be read.
        """
        folder = folder_of(source)
        aside = self._aside_of(source)
        while True:
            index = int(rng.integers(len(folder)))
            name = folder.names[index]
            if name not in aside:
                try:
                    return name, folder[index]
                except ImageError as error:
                    aside.add(name, str(error))
            if all(name in aside for name in folder.names):
                raise self._none_left(source, aside)

    def all(self, source, over_places=map):
        """Reads all images of a source that can be read.

        Args:
            source: One of `sources`.
            over_places: `map`, or that of a pool of threads.

        Returns:
            A list of tuples `(name, item)`.

        Raises:
            ImageError: If none can be read.
        """
        folder = folder_of(source)
        aside = self._aside_of(source)

        def read(index):
            try:
                return folder.names[index], folder[index]
            except ImageError as error:
                aside.add(folder.names[index], str(error))
                return None

        read_ones = [r for r in over_places(read, range(len(folder))) if r]
        if not read_ones:
            raise self._none_left(source, aside)
        return read_ones

    def _aside_of(self, source):
        # By identity: sources may be anything.
        number = next(i for i, s in enumerate(self.sources) if s is source)
        return self._aside[number]

    @staticmethod
    def _none_left(source, aside):
        folder = folder_of(source)
        return ImageError(
            f"None of the {len(folder)} images of a source of "
            f"{source.weather} can be read. The first: "
            f"{aside.reasons()[min(folder.names)]}"
        )

    def set_aside(self):
        """Why images could not be read so far.

        Returns:
            A sorted list of sentences, one for every image; each names a file.
        """
        return sorted(
            {r for aside in self._aside for r in aside.reasons().values()}
        )

    def get_state(self):
        """The names of what is set aside.

        Returns:
            A list with a list of strings for every source.
        """
        return [list(aside.reasons()) for aside in self._aside]

    def set_state(self, state):
        """Sets aside again what still cannot be read.

        Args:
            state: List, from `get_state`.
        """
        for source, aside, names in zip(
            self.sources, self._aside, state, strict=False
        ):
            folder = folder_of(source)
            places = {name: i for i, name in enumerate(folder.names)}
            for name in set(names) & set(places):
                try:
                    folder[places[name]]
                except ImageError as error:
                    aside.add(name, str(error), warn=False)


def folder_of(source):
    """What a source reads its images from."""
    return source.source if isinstance(source, Synthesized) else source
