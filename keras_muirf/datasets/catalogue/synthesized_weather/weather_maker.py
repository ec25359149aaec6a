import dataclasses
import functools
import hashlib
import json

import numpy as np

from keras_muirf import weather as weather_layers
from keras_muirf.datasets.crops import random_crop
from keras_muirf.datasets.crops import resize
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.libvips import pyvips
from keras_muirf.weathers import WEATHERS

_LAYERS = {
    name.lower(): layer
    for name, layer in vars(weather_layers).items()
    if name.lower() in WEATHERS and isinstance(layer, type)
}


@dataclasses.dataclass(frozen=True)
class WeatherMaker:
    """Makes examples with weather out of clean photographs.

    What becomes of a photograph depends on its name, its pixels and these
    settings, not on what was made before or by which process, so the work can
    be shared out in any way. All objects of a process share their layers.

    Args:
        weathers: Tuple of strings from `keras_muirf.WEATHERS`. Defaults to
            all.
        copies: Integer, the examples per photograph and weather, each a
            random crop with weather of its own. Defaults to `1`. More copies
            leave the first ones as they are.
        severity: As of `keras_muirf.weather.WeatherLayer`. Defaults to
            `(0.2, 1.0)`.
        size: Integer, the side of the square crops in pixels; one size, so
            that each layer is compiled once. Smaller photographs are
            continued by reflection. Defaults to `256`.
        longest_side: Integer or `None`. Larger photographs are shrunk to this
            many pixels before they are cropped. Defaults to `None`.
        seed: Integer. Defaults to `0`.

    Raises:
        ValueError: If a setting is outside its limits.

    Example:

    ```python
    maker = WeatherMaker(weathers=("rain", "snow"), copies=2, size=64)
    photograph = np.zeros((100, 120, 3), "uint8")
    for name, example in maker.examples("street", photograph):
        print(name, len(example["input"]))
    ```
    """

    weathers: tuple[str, ...] = WEATHERS
    copies: int = 1
    severity: float | str | tuple = (0.2, 1.0)
    size: int = 256
    longest_side: int | None = None
    seed: int = 0

    def __post_init__(self):
        for name in ("weathers", "severity"):
            value = getattr(self, name)
            if isinstance(value, list):
                # Settings are looked up by their hash.
                object.__setattr__(self, name, tuple(value))
        known = isinstance(self.weathers, tuple) and set(WEATHERS).issuperset(
            self.weathers
        )
        if not known or not self.weathers:
            raise ValueError(
                "`weathers` has to be a tuple of names from "
                f"{', '.join(WEATHERS)}. Received: weathers={self.weathers!r}"
            )
        if len(set(self.weathers)) < len(self.weathers):
            raise ValueError(
                "`weathers` names each weather once; for more examples raise "
                f"`copies`. Received: weathers={self.weathers!r}"
            )
        for name, low in (
            ("copies", 1),
            ("size", 1),
            ("longest_side", 1),
            ("seed", 0),
        ):
            value = getattr(self, name)
            if value is None and name == "longest_side":
                continue
            if not isinstance(value, int) or value < low:
                raise ValueError(
                    f"`{name}` has to be an integer of at least {low}. "
                    f"Received: {name}={value!r}"
                )

    def make_layers(self):
        """Makes the layers, which are shared in a process.

        Raises:
            ValueError: If the layers refuse the severity.
        """
        for weather in self.weathers:
            _synthesized(weather, self.severity)

    def examples(self, name, photograph):
        """Makes all examples of one photograph.

        Args:
            name: String, the photograph's.
            photograph: A uint8 array `(height, width, 3)`.

        Yields:
            Tuples of a unique string and a dictionary: `input` and `target`,
            PNG files as bytes; `weather`, a string; and `name`, the string
            again.
        """
        photograph = self._shrunk(photograph)
        for weather in self.weathers:
            for copy in range(self.copies):
                rng = self._rng(name, weather, copy)
                size = (self.size, self.size)
                (target,) = random_crop((photograph,), size, rng)
                synthesized = _synthesized(weather, self.severity)
                weathered = synthesized.synthesize(
                    target[None].astype("float32") / 255.0,
                    rng.integers(2**31, size=2),
                )[0]
                key = f"{name}_{weather}_{copy}"
                yield (
                    key,
                    {
                        "input": _png(np.rint(weathered * 255.0)),
                        "target": _png(target),
                        "weather": weather,
                        "name": key,
                    },
                )

    def _rng(self, name, weather, copy):
        # Python's own hash differs from process to process.
        text = json.dumps([self.seed, name, weather, copy])
        digest = hashlib.sha256(text.encode()).digest()
        return np.random.default_rng(int.from_bytes(digest))

    def _shrunk(self, photograph):
        height, width = photograph.shape[:2]
        longest = max(height, width)
        if self.longest_side is None or longest <= self.longest_side:
            return photograph
        factor = self.longest_side / longest
        size = [max(round(side * factor), 1) for side in (height, width)]
        return resize(photograph, size)


@functools.cache
def _synthesized(weather, severity):
    return Synthesized((), _LAYERS[weather](severity=severity))


def _png(image):
    pixels = np.ascontiguousarray(image, "uint8")
    return pyvips.Image.new_from_array(pixels).pngsave_buffer()
