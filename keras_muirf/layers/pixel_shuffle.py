"""Exchanging resolution for channels without losing anything."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_muirf")
class SpaceToDepth(keras.layers.Layer):
    """Moves every 2 x 2 neighbourhood into the channels.

    Call arguments:
        inputs: tensor `(B, 2 h, 2 w, C)`.

    Returns:
        A tensor `(B, h, w, 4 C)`.
    """

    def call(self, inputs):
        return ops.space_to_depth(inputs, 2, data_format="channels_last")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (
            batch,
            None if height is None else height // 2,
            None if width is None else width // 2,
            4 * channels,
        )


@keras.saving.register_keras_serializable(package="keras_muirf")
class DepthToSpace(keras.layers.Layer):
    """Spreads channels over 2 x 2 neighbourhoods: undoes `SpaceToDepth`.

    Call arguments:
        inputs: tensor `(B, h, w, 4 C)`.

    Returns:
        A tensor `(B, 2 h, 2 w, C)`.
    """

    def call(self, inputs):
        return ops.depth_to_space(inputs, 2, data_format="channels_last")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (
            batch,
            None if height is None else height * 2,
            None if width is None else width * 2,
            channels // 4,
        )
