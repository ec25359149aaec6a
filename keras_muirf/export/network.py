"""The function that is exported: from images to restored images."""

import functools

import tensorflow as tf
from keras import ops

from keras_muirf.export.export_error import ExportError
from keras_muirf.export.export_error import one_line
from keras_muirf.models import MUIRFImageRestorer

DTYPES = ("float32", "uint8")
IMAGE, RESTORED, WEATHER = "image", "restored", "weather"


class ExportedNetwork:
    """A restorer as one TensorFlow function, and what it should compute.

    Padding to the size multiple, scaling, routing, the crop and the clip are
    inside: the function takes images `(B, H, W, 3)` of any height and width
    and returns a dict of `"restored"`, of the same shape and dtype, and
    `"weather"`, float32 `(B, C)`, the probabilities of the classes.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        weather: `"auto"`, `"mixed"` or the name of a weather.
        dtype: `"float32"` for images in [0, 1] or `"uint8"`.
    """

    def __init__(self, restorer, weather="auto", dtype="float32"):
        self.restorer = restorer
        self.weather = weather
        self.dtype = dtype
        # XLA would compile every image size anew, for a check of two.
        restorer.jit_compile = False

    @functools.cached_property
    def function(self):
        """The `tf.function`, traced once for all formats."""
        signature = tf.TensorSpec((None, None, None, 3), self.dtype, name=IMAGE)
        return tf.function(
            self._restore, input_signature=[signature], autograph=False
        )

    @functools.cached_property
    def concrete(self):
        """The trace of `function`."""
        return self.function.get_concrete_function()

    def expected(self, images):
        """What Keras computes: restored images and classes' probabilities."""
        told = None if self.weather == "auto" else self.weather
        restored, routing = self.restorer.restore(
            images, told, return_routing=True
        )
        return restored, self.restorer.class_probabilities(routing)

    def _restore(self, images):
        backbone = self.restorer.backbone
        x = images
        if self.dtype == "uint8":
            x = ops.cast(x, "float32") / 255.0
        routing = backbone.router(backbone.shallow_features(x))
        routing["weather_weights"] = self._weather_weights(routing["weather"])
        if self.weather not in ("auto", "mixed") and "gate" in routing:
            routing["gate"] = ops.ones_like(routing["gate"])
        features = backbone.restore_features(x, routing)
        y = self.restorer.restored(x, features, routing)
        y = ops.clip(y, 0.0, 1.0)
        if self.dtype == "uint8":
            y = ops.cast(ops.round(y * 255.0), "uint8")
        return {RESTORED: y, WEATHER: self._probabilities(routing)}

    def _weather_weights(self, posterior):
        """The router's `alpha`, without operations that formats lack."""
        weathers = self.restorer.weathers
        if self.weather == "mixed":
            return posterior
        if self.weather == "auto":
            # Keras' argmax looks at the bits of floats on TensorFlow.
            chosen = ops.top_k(posterior, 1)[1][:, 0]
        else:
            index = weathers.index(self.weather)
            chosen = ops.full(ops.shape(posterior)[:1], index, "int32")
        return ops.one_hot(chosen, len(weathers), dtype="float32")

    def _probabilities(self, routing):
        weather = ops.cast(routing["weather"], "float32")
        if "clear" not in routing:
            return weather
        clear = ops.cast(routing["clear"], "float32")
        return ops.concatenate([(1.0 - clear) * weather, clear], axis=-1)


def load_network(preset, weather, dtype, policy="float32"):
    """Loads a preset as an `ExportedNetwork`.

    Args:
        preset: string. Name, folder or handle.
        weather: as in `ExportedNetwork`.
        dtype: as in `ExportedNetwork`.
        policy: string. The dtype policy in which it computes.

    Raises:
        ExportError: If it cannot be loaded or does not know the weather.
    """
    try:
        restorer = MUIRFImageRestorer.from_preset(
            preset, dtype=policy, compile=False
        )
    # A preset is a folder of files from anywhere: what may be wrong with
    # them has no common type.
    except Exception as error:
        raise ExportError(
            f"The preset '{preset}' cannot be loaded: {one_line(error)}"
        ) from error
    if weather not in ("auto", "mixed", *restorer.weathers):
        raise ExportError(
            f"The preset '{preset}' does not know {weather}; it knows "
            f"{', '.join(restorer.weathers)}, beside auto and mixed."
        )
    return ExportedNetwork(restorer, weather, dtype)
