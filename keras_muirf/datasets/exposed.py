import zlib

import numpy as np

from keras_muirf.datasets.image_source import ImageSource


class Exposed(ImageSource):
    """Photographs as if they had been exposed for another time.

    Photographs are mostly of the day. Weather that is put on darker ones is
    that of dusk and night: flakes and streaks that a lamp lights before what
    is nearly black.

    Args:
        source: `keras_muirf.datasets.CleanFolder`, or another source whose
            items are images.
        stops: Tuple of two floats. The range of the exposure, drawn for each
            image, in stops: at -1 there is half the light. Defaults to
            `(-4.0, 0.0)`.
        seed: Integer. Defaults to `0`.

    Item `i` is the uint8 RGB array `(height, width, 3)` of `names[i]`. It
    depends on the name, `stops` and `seed`, and not on the other images.

    Raises:
        ValueError: If `source` is no source of images, or `stops` no range.

    Example:

    ```python
    photographs = keras_muirf.datasets.CleanFolder("photographs")
    snow_at_night = keras_muirf.datasets.Synthesized(
        keras_muirf.datasets.Exposed(photographs, stops=(-5.0, -2.0)),
        keras_muirf.weather.Snow(),
    )
    ```

    Source: ours; light is computed by the transfer function of sRGB
    (IEC 61966-2-1).
    """

    def __init__(self, source, stops=(-4.0, 0.0), seed: int = 0):
        if not isinstance(source, ImageSource):
            raise ValueError(
                "`source` has to be a `keras_muirf.datasets.CleanFolder` or "
                f"another source of images. Received: source={source!r}"
            )
        if not np.shape(stops) == (2,) or not stops[0] <= stops[1]:
            raise ValueError(
                "`stops` has to be a range (low, high) of exposures. "
                f"Received: stops={stops}"
            )
        # What the source keeps is not kept twice.
        super().__init__(source.names, scene=source.scene, cache=False)
        self.set_aside = source.set_aside
        self.stops = tuple(stops)
        self.seed = seed
        self._source = source
        self._places = {name: i for i, name in enumerate(source.names)}

    def read(self, name: str):
        """Decodes one photograph and exposes it anew.

        Args:
            name: String, one of `names`.

        Returns:
            A uint8 array of shape `(height, width, 3)`.
        """
        rng = np.random.default_rng((self.seed, zlib.crc32(name.encode())))
        return _exposed(rng.uniform(*self.stops))[
            self._source[self._places[name]]
        ]


def _exposed(stops):
    """What the values 0 to 255 of sRGB become, as a table."""
    value = np.arange(256) / 255
    light = np.where(
        value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4
    )
    light = np.minimum(light * 2.0**stops, 1.0)
    value = np.where(
        light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055
    )
    return np.uint8(np.rint(255 * value))
