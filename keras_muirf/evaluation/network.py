import hashlib

import numpy as np

from keras_muirf.restoration.photograph import restore_photograph


class Network:
    """A restorer as a method to evaluate.

    Args:
        restorer: A `keras_muirf.models.MUIRFImageRestorer`.
        name: String, for tables. Defaults to the restorer's name.
        weather: What the restorer is told: `"auto"`, `"mixed"`, or
            `"given"` for the weather of each set.
        tile: `None` or 0 for whole images, or an integer, height and width
            of the tiles; only for protocols that measure 8-bit pictures.

    Raises:
        ValueError: If `weather` is another word.
    """

    def __init__(
        self, restorer, name: str | None = None, weather="auto", tile=None
    ):
        if weather not in ("auto", "mixed", "given"):
            raise ValueError(
                "`weather` has to be 'auto', 'mixed' or 'given'. "
                f"Received: weather={weather!r}"
            )
        self.restorer = restorer
        self.name = name or restorer.name
        self.weather = weather
        self.tile = tile

    def __call__(self, image, weather=None):
        """Restores one image.

        Args:
            image: uint8 or float32 array `(height, width, 3)`, floats in
                [0, 1].
            weather: String, the set's weather, for `weather="given"`.

        Returns:
            The output, a float32 array of the same shape that is not
            clipped, and the probability of each of the restorer's classes.
        """
        told = self.weather
        if told == "given":
            told = weather if weather in self.restorer.weathers else "auto"
        if self.tile:
            restored, posterior = restore_photograph(
                self.restorer, _as_uint8(image), told, self.tile
            )
            return restored / np.float32(255), posterior
        batch = _as_unit(image)[None]
        routing = self.restorer.route(
            self.restorer.shallow_moments(batch), told
        )
        restored = self.restorer.restore_tiles(batch, routing, clip=False)
        return restored[0], self.restorer.class_probabilities(routing)[0]

    def fingerprint(self):
        """SHA-256 of all weights, the same on every backend."""
        digest = hashlib.sha256()
        for weight in sorted(self.restorer.weights, key=lambda w: w.path):
            values = np.asarray(weight.numpy(), "float32")
            digest.update(f"{weight.path} {values.shape}".encode())
            digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def _as_unit(image):
    if image.dtype == np.uint8:
        return image / np.float32(255)
    return image.astype("float32")


def _as_uint8(image):
    if image.dtype == np.uint8:
        return image
    return np.rint(np.clip(image, 0, 1) * 255).astype("uint8")
