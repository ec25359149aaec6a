import keras

from keras_muirf import task_axis
from keras_muirf.layers.convolution import depthwise_convolution
from keras_muirf.layers.convolution import kernel_per_image_is_fast


@keras.saving.register_keras_serializable(package="keras_muirf")
class FastDepthwiseConv2D(keras.layers.Layer):
    """A depthwise convolution, stride 1 and "same" padding, channels last.

    The arithmetic of `keras.layers.DepthwiseConv2D` in the form that is fast
    on the backend in use.

    Args:
        kernel_size: odd int. Height and width of the kernels.
        use_bias: bool. Whether to add a bias.

    Call arguments:
        inputs: float tensor `(B, H, W, C)`.

    Returns:
        A float tensor `(B, H, W, C)`.

    Example:

    ```python
    x = keras.random.normal((2, 16, 16, 8))
    keras_muirf.layers.FastDepthwiseConv2D(3)(x).shape  # (2, 16, 16, 8)
    ```
    """

    def __init__(self, kernel_size=3, use_bias: bool = True, **kwargs):
        super().__init__(**kwargs)
        if kernel_size % 2 == 0:
            raise ValueError(
                "`kernel_size` must be odd. "
                f"Received: kernel_size={kernel_size}"
            )
        self.kernel_size = kernel_size
        self.use_bias = use_bias

    def build(self, input_shape):
        channels = input_shape[-1]
        # The fan of one channel's kernel, which the shape does not show.
        limit = (3.0 / self.kernel_size**2) ** 0.5
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, self.kernel_size, channels),
            initializer=keras.initializers.RandomUniform(-limit, limit),
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(channels,), initializer="zeros"
            )
        super().build(input_shape)

    def call(self, inputs):
        if kernel_per_image_is_fast(inputs.shape):
            images = inputs.shape[0]
            kernel = task_axis.per_image(self.kernel, images, inputs.dtype)
            y = depthwise_convolution(inputs, kernel)
            return y + task_axis.spread(self.bias, y) if self.use_bias else y
        return task_axis.convolve(
            depthwise_convolution,
            inputs,
            self.kernel,
            self.bias if self.use_bias else None,
        )

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config.update(
            {"kernel_size": self.kernel_size, "use_bias": self.use_bias}
        )
        return config
