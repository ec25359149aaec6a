import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_muirf")
class ScaleRouting(keras.layers.Layer):
    """What of the routing is a scale's own, for each weather.

    A vector that is added to the context tells the network at which scale it
    looks, and a gain says how much of what it changes there is applied. Both
    are specific to the weather and zero at first: a new scale changes nothing,
    nor does it ever for a weather that it was not trained on.

    Call arguments:
        context: float tensor `(B, C)`, the router's context.
        weather_weights: float tensor `(B, K)`, as of the router.

    Returns:
        The scale's context `(B, C)`, and its gain `(B, 1)`.
    """

    def build(self, context_shape, weather_weights_shape):
        weathers = weather_weights_shape[-1]
        self.specific_offset = self.add_weight(
            name="specific_offset",
            shape=(weathers, context_shape[-1]),
            initializer="zeros",
        )
        self.specific_gain = self.add_weight(
            name="specific_gain", shape=(weathers, 1), initializer="zeros"
        )
        super().build(context_shape)

    def call(self, context, weather_weights):
        offset = ops.matmul(weather_weights, self.specific_offset)
        gain = ops.matmul(weather_weights, self.specific_gain)
        return context + offset, gain

    def compute_output_shape(self, context_shape, weather_weights_shape):
        return context_shape, (context_shape[0], 1)
