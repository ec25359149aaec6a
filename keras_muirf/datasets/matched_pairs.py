from keras_muirf.datasets.match_target import match_target
from keras_muirf.datasets.pair_source import PairSource
from keras_muirf.restoration import ImageError


class MatchedPairs(PairSource):
    """Pairs whose targets are made to fit their inputs.

    For pairs that two lenses or two moments took, whose exposures and places
    differ a little; see `keras_muirf.datasets.match_target`. All pairs are read
    at once, and those that do not fit are left out.

    Args:
        source: `keras_muirf.datasets.PairSource`.
        least: Float in [0, 1]. The share of pixels in which a pair has to
            agree. Defaults to `0.25`.

    Attributes:
        left_out: Tuple of the names of the pairs that agree in less.

    Item `i` is the tuple `(input, target)` of uint8 RGB arrays
    `(height, width, 3)`.

    Raises:
        ValueError: If `source` is no `PairSource`, `least` is not in [0, 1],
            or no pair fits.

    Example:

    ```python
    raindrop = keras_muirf.datasets.MatchedPairs(
        keras_muirf.datasets.PairedFolder("two_lenses", "raindrop")
    )
    print(len(raindrop), "pairs fit,", len(raindrop.left_out), "do not.")
    ```
    """

    def __init__(self, source: PairSource, least: float = 0.25):
        if not isinstance(source, PairSource):
            raise ValueError(
                "`source` has to be a `keras_muirf.datasets.PairSource`, such "
                f"as a `PairedFolder`. Received: source={source!r}"
            )
        if not 0 <= least <= 1:
            raise ValueError(
                "`least` is a share of the pixels, from 0 to 1. "
                f"Received: least={least}"
            )
        found: dict = {}
        left_out = []
        for index, name in enumerate(source.names):
            try:
                input, target = source[index]
            except ImageError:
                # Left to training, which sets it aside and says so.
                found[name] = None
                continue
            matched, share = match_target(input, target)
            if share >= least:
                found[name] = input, matched
            else:
                left_out.append(name)
        if not found:
            raise ValueError(
                f"None of the {len(source)} pairs agree in {least:.0%} of "
                "their pixels. Are they of the same scenes?"
            )
        super().__init__(
            (source._pairs[name] for name in found),
            weather=source.weather,
            scene=source.scene,
            cache=source.cache,
        )
        self.left_out = tuple(left_out)
        if self.cache:
            self._decoded.update({k: v for k, v in found.items() if v})

    def read(self, name: str):
        """Decodes one pair and makes its target fit.

        Args:
            name: String, the name of the pair.

        Returns:
            The tuple `(input, target)` of uint8 arrays
            `(height, width, 3)`.
        """
        input, target = super().read(name)
        return input, match_target(input, target)[0]
