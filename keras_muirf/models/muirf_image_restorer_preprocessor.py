import keras
import numpy as np
from keras.src.utils import backend_utils

from keras_muirf.models import preset_files
from keras_muirf.models.muirf_backbone import MUIRFBackbone
from keras_muirf.models.muirf_image_converter import MUIRFImageConverter
from keras_muirf.models.preset_reader import PresetReader


@keras.saving.register_keras_serializable(package="keras_muirf")
class MUIRFImageRestorerPreprocessor(keras.layers.Layer):
    """Turns degraded images and clean targets into the restorer's inputs.

    The image and its target pass the same converter. Where no weather is
    given it is unknown (-1) and the network finds it. What is in the
    restorer's form already passes unchanged.

    Args:
        image_converter: a `keras_muirf.layers.MUIRFImageConverter`, or `None`
            for images that are float in [0, 1] already.

    Call arguments:
        x: degraded images `(H, W, 3)` or `(B, H, W, 3)`, or a dict of them
            as `"image"` with `"weather"`, ints `()` or `(B,)`.
        y: clean images of the same shape, or `None`.
        sample_weight: weights of the images, or `None`.

    Returns:
        `keras.utils.pack_x_y_sample_weight` of the dict of `"image"` and
        `"weather"`, the converted targets and the weights.

    Example:

    ```python
    images = np.zeros((2, 8, 8, 3), "uint8")
    preprocessor = keras_muirf.models.MUIRFImageRestorerPreprocessor(
        keras_muirf.layers.MUIRFImageConverter()
    )
    preprocessor(images)["weather"]  # [-1, -1]
    ```
    """

    backbone_cls = MUIRFBackbone
    image_converter_cls = MUIRFImageConverter

    def __init__(self, image_converter=None, **kwargs):
        super().__init__(**kwargs)
        # Without weights; a model holding an unbuilt layer is built anew at
        # every step.
        self.built = True
        self.image_converter = image_converter

    # Not call(): Keras would turn arguments into backend tensors, which a
    # tf.data or Grain pipeline under another backend cannot use.
    def __call__(self, x, y=None, sample_weight=None):
        if isinstance(x, dict):
            image, weather = x["image"], x.get("weather")
        else:
            image, weather = x, None
        if weather is None:
            weather = self._unknown(image)
        if self.image_converter is not None:
            image = self.image_converter(image)
            y = None if y is None else self.image_converter(y)
        x = {"image": image, "weather": weather}
        return keras.utils.pack_x_y_sample_weight(x, y, sample_weight)

    def _unknown(self, image):
        shape = getattr(image, "shape", None)
        if shape is None or isinstance(image, np.ndarray):
            return np.full(np.shape(image)[:-3], -1, "int32")
        backend = backend_utils.DynamicBackend()
        if backend_utils.in_tf_graph():
            backend.set_backend("tensorflow")
        shape = tuple(backend.shape(image)[: len(shape) - 3])
        return backend.numpy.full(shape, -1, dtype="int32")

    def get_config(self):
        config = super().get_config()
        config["image_converter"] = keras.saving.serialize_keras_object(
            self.image_converter
        )
        return config

    @classmethod
    def from_config(cls, config):
        config = dict(config)
        config["image_converter"] = keras.saving.deserialize_keras_object(
            config["image_converter"]
        )
        return cls(**config)

    def save_to_preset(self, preset_dir):
        """Writes the preprocessor's files of a preset to `preset_dir`."""
        preset_files.save_object(
            preset_dir, preset_files.PREPROCESSOR_CONFIG_FILE, self
        )
        if self.image_converter is not None:
            preset_files.save_object(
                preset_dir,
                preset_files.IMAGE_CONVERTER_CONFIG_FILE,
                self.image_converter,
            )
        preset_files.record_digests(preset_dir)

    @classmethod
    def from_preset(cls, preset):
        """Loads the preprocessor of `preset`, as the restorer does."""
        return PresetReader(preset).object(
            preset_files.PREPROCESSOR_CONFIG_FILE, cls
        )
