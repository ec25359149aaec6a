"""Bringing images to a multiple of a size, and back."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_muirf")
class ReflectToMultiple(keras.layers.Layer):
    """Extends images by reflection to a multiple of `multiple` pixels.

    Rows are added below and columns on the right. Any size works, also one
    smaller than what is added: the reflection then repeats.

    Args:
        multiple: int. Height and width become multiples of it.

    Call arguments:
        images: tensor `(B, H, W, C)`.

    Returns:
        A tensor of the same dtype with the extended height and width.

    Example:

    ```python
    x = keras.random.normal((1, 5, 1, 3))
    keras_muirf.layers.ReflectToMultiple(8)(x).shape  # (1, 8, 8, 3)
    ```
    """

    def __init__(self, multiple: int, **kwargs):
        super().__init__(**kwargs)
        self.multiple = multiple

    def call(self, images):
        for axis in (1, 2):
            size = images.shape[axis]
            if size is not None and size % self.multiple == 0:
                continue
            if size is None:
                size = ops.shape(images)[axis]
            images = ops.take(images, self._reflection(size), axis=axis)
        return images

    def _reflection(self, size):
        steps = (size + self.multiple - 1) // self.multiple
        index = ops.arange(steps * self.multiple, dtype="int32")
        last = size - 1
        index = ops.mod(index, ops.maximum(2 * last, 1))
        return ops.where(index <= last, index, 2 * last - index)

    def compute_output_shape(self, images_shape):
        def padded(size):
            if size is None:
                return None
            return -(-size // self.multiple) * self.multiple

        batch, height, width, channels = images_shape
        return (batch, padded(height), padded(width), channels)

    def get_config(self):
        return {**super().get_config(), "multiple": self.multiple}


@keras.saving.register_keras_serializable(package="keras_muirf")
class CropLike(keras.layers.Layer):
    """Crops feature maps to the height and width of a reference.

    Call arguments:
        features: tensor `(B, H, W, C)`.
        reference: tensor `(B, h, w, c)` with `h <= H` and `w <= W`.

    Returns:
        The top left `(B, h, w, C)` of `features`.
    """

    def call(self, features, reference):
        shape = ops.shape(reference)
        return features[:, : shape[1], : shape[2], :]

    def compute_output_shape(self, features_shape, reference_shape):
        return (
            features_shape[0],
            reference_shape[1],
            reference_shape[2],
            features_shape[3],
        )
