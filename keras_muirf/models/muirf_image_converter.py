import keras
import numpy as np

from keras_muirf.models.muirf_backbone import MUIRFBackbone

INTEGER_RANGES = {"uint8": 255.0, "uint16": 65535.0}


@keras.saving.register_keras_serializable(package="keras_muirf")
class MUIRFImageConverter(keras.layers.Rescaling):
    """Brings images to float32 in [0, 1], by their dtype.

    `uint8` is divided by 255 and `uint16` by 65535; floats are taken to be in
    [0, 1] already. The range never depends on the pixels: a dark 16-bit
    image is not mistaken for an 8-bit one. Works in `tf.data` and Grain
    pipelines under every backend.

    Args:
        **kwargs: `name` and `dtype` of the layer.

    Call arguments:
        images: array or tensor `(H, W, 3)` or `(B, H, W, 3)`, `uint8`,
            `uint16` or float.

    Returns:
        The images in float32; a NumPy array for a NumPy array.

    Example:

    ```python
    images = np.full((1, 8, 8, 3), 255, "uint8")
    keras_muirf.layers.MUIRFImageConverter()(images).max()  # 1.0
    ```
    """

    backbone_cls = MUIRFBackbone

    def __init__(self, **kwargs):
        for fixed in ("scale", "offset"):
            kwargs.pop(fixed, None)
        kwargs.setdefault("dtype", "float32")
        super().__init__(scale=1.0, offset=0.0, **kwargs)
        # Without weights; a model holding an unbuilt layer is built anew at
        # every step.
        self.built = True

    def __call__(self, images):
        if not hasattr(images, "dtype"):
            images = np.asarray(images)
        dtype = keras.backend.standardize_dtype(images.dtype)
        if dtype not in INTEGER_RANGES and "float" not in dtype:
            raise ValueError(
                "Images must be uint8, uint16 or float in [0, 1]. "
                f"Received: dtype={dtype}"
            )
        maximum = INTEGER_RANGES.get(dtype, 1.0)
        if isinstance(images, np.ndarray):
            return (images / np.float32(maximum)).astype("float32")
        return super().__call__(images) / maximum
