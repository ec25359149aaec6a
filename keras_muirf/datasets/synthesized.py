import threading

import keras
import numpy as np
from keras import ops

from keras_muirf.weathers import require_weather


class Synthesized:
    """Clean photographs with weather made by a layer.

    Args:
        source: A `keras_muirf.datasets.CleanFolder`, or anything with
            `names`, `__len__` and uint8 arrays `(height, width, 3)` as items.
        layer: A layer of `keras_muirf.weather`, or any layer that maps
            float32 images `(batch, height, width, 3)` in [0, 1] to such
            images and draws its random numbers from its attribute
            `seed_generator`.
        weather: String, one of `keras_muirf.WEATHERS` or a weather of your
            own. Defaults to the layer's class name in lower case.

    Raises:
        ValueError: If `weather` is no word or the layer has no
            `seed_generator`.

    Example:

    ```python
    snow = keras_muirf.datasets.Synthesized(
        keras_muirf.datasets.CleanFolder("photographs"),
        keras_muirf.weather.Snow(),
    )
    clean = np.random.uniform(size=(2, 64, 64, 3)).astype("float32")
    snowy = snow.synthesize(clean, seed=(1, 2))
    ```

    Item `i` is `pair(i)`.
    """

    # One for all: two objects may share a layer, and with it the state of its
    # random numbers, which is set before and used in a call.
    _lock = threading.Lock()

    def __init__(self, source, layer, weather: str | None = None):
        weather = require_weather(weather or type(layer).__name__.lower())
        if not hasattr(layer, "seed_generator"):
            raise ValueError(
                "The weather layer needs an attribute `seed_generator` (a "
                "`keras.random.SeedGenerator`), or batches could not be made "
                f"again. Received: layer={layer}"
            )
        self.source = source
        self.layer = layer
        self.weather = weather
        self._compiled: dict = {}

    def __len__(self):
        return len(self.source)

    @property
    def names(self):
        """The names of the clean images, in order."""
        return self.source.names

    def synthesize(self, images, seed):
        """Puts weather on a batch of images.

        The same images and seed give the same result. Batches of one shape
        share one compiled function; each new shape is compiled anew.

        Args:
            images: float32 array `(batch, height, width, 3)` in [0, 1].
            seed: Two integers from 0 to 2^31 - 1.

        Returns:
            A float32 array of the same shape in [0, 1].
        """
        with self._lock:
            if images.shape not in self._compiled:
                # A model per shape: one model for all would be generalized
                # to sizes that are not known beforehand.
                self._compiled[images.shape] = keras.Sequential([self.layer])
            state = self.layer.seed_generator.state
            state.assign(ops.cast(np.asarray(seed), state.dtype))
            weathered = self._compiled[images.shape].predict_on_batch(images)
        return np.clip(np.asarray(weathered, "float32"), 0.0, 1.0)

    def draw(self, images, seed):
        """As `synthesize`, within a function that is being compiled.

        Args:
            images: float32 tensor `(batch, height, width, 3)` in [0, 1].
            seed: Integer tensor of two numbers from 0 to 2^31 - 1.

        Returns:
            A float32 tensor of the same shape in [0, 1].
        """
        state = self.layer.seed_generator.state
        scope = keras.StatelessScope([(state, ops.cast(seed, state.dtype))])
        with self._lock, scope:
            return ops.clip(self.layer(images), 0.0, 1.0)

    def __getitem__(self, index):
        return self.pair(index)

    def pair(self, index: int, seed: int = 0):
        """Puts weather on one photograph at its native size.

        The result depends on the photograph, the layer, `seed` and `index`
        alone.

        Args:
            index: Integer.
            seed: Integer. Defaults to `0`.

        Returns:
            The tuple `(input, target)` of uint8 arrays
            `(height, width, 3)`.
        """
        target = self.source[index]
        rng = np.random.default_rng((seed, index))
        state = rng.integers(2**31, size=2)
        clean = target[None].astype("float32") / 255.0
        weathered = self.synthesize(clean, state)[0]
        return np.rint(weathered * 255.0).astype("uint8"), target

    def pairs(self, seed: int = 0):
        """Goes through all photographs at their native sizes.

        Args:
            seed: Integer. Defaults to `0`.

        Yields:
            Tuples `(name, input, target)`: a string and two uint8 arrays
            `(height, width, 3)`.
        """
        for index, name in enumerate(self.names):
            yield (name, *self.pair(index, seed))
