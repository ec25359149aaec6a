import os

from keras_muirf.datasets.image_source import ImageSource


class PairSource(ImageSource):
    """Pairs of images of one weather, as a layout found them.

    Args:
        pairs: Iterable of `keras_muirf.datasets.layouts.ImagePair`, all with
            targets and each with a name of its own.
        weather: String, the weather of all inputs, or `None` for that of the
            pairs, which then has to be one.
        scene: `None`, or a callable from a pair's name to the name of its
            scene; see `split`. By default inputs that share a target show
            one scene.
        cache: Boolean, whether to keep decoded images in memory. Defaults to
            `True`.

    Item `i` is the tuple `(input, target)` of uint8 RGB arrays
    `(height, width, 3)`.

    Raises:
        ValueError: If there is no pair, a pair has no target, two have one
            name, or their weathers differ and `weather` is not given.

    Example:

    ```python
    layout = keras_muirf.datasets.layouts.FolderLayout(
        "hazy", "clear", r"(\\d+)_.*", r"\\1", weather="haze"
    )
    scan = layout.scan(pathlib.Path("its"), "train")
    haze = keras_muirf.datasets.PairSource(scan.pairs)
    ```
    """

    def __init__(
        self, pairs, weather: str | None = None, scene=None, cache: bool = True
    ):
        pairs = list(pairs)
        self._pairs = {pair.name: pair for pair in pairs}
        self.weather = weather or _one_weather(pairs)
        _require_pairs(pairs, self._pairs)
        super().__init__(self._pairs, scene=scene, cache=cache)

    @property
    def scenes(self):
        """The scene of every pair, in the order of `names`."""
        if self.scene is not None:
            return super().scenes
        # Without the suffix, so that neither it nor a better encoded copy of
        # the data changes a split.
        targets = (self._pairs[name].target for name in self.names)
        return tuple(os.path.splitext(target)[0] for target in targets)

    def read(self, name: str):
        """Decodes one pair.

        Args:
            name: String, the name of the pair.

        Returns:
            The tuple `(input, target)` of uint8 arrays
            `(height, width, 3)`.
        """
        return self._pairs[name].read()

    def pairs(self):
        """Goes through all pairs at their native sizes.

        Yields:
            Tuples `(name, input, target)`: a string and two uint8 arrays
            `(height, width, 3)`.
        """
        for index, name in enumerate(self.names):
            yield (name, *self[index])


def _one_weather(pairs):
    weathers = sorted({pair.weather for pair in pairs})
    if len(weathers) > 1:
        raise ValueError(
            "A source has one weather; take the pairs of one, or say with "
            "`weather` what all of them are called. Received pairs of: "
            f"{', '.join(weathers)}"
        )
    return weathers[0] if weathers else None


def _require_pairs(pairs, by_name):
    if not pairs:
        raise ValueError("A source of pairs needs one pair at least.")
    alone = [pair.name for pair in pairs if pair.target is None]
    if alone:
        raise ValueError(
            f"Training and measuring need targets, and {len(alone)} of the "
            f"images have none, {alone[0]} the first. Leave them out."
        )
    if len(by_name) < len(pairs):
        names = [pair.name for pair in pairs]
        again = next(name for name in names if names.count(name) > 1)
        raise ValueError(
            "Pairs are told apart by their names, and several are called "
            f"{again}."
        )
