import keras

from keras_muirf.layers.convolution import depthwise_convolution
from keras_muirf.layers.cpsm_convolution import CPSMConvolution


@keras.saving.register_keras_serializable(package="keras_muirf")
class CPSMDepthwiseConv2D(CPSMConvolution):
    """A depthwise convolution with shared and weather-specific channels.

    Each channel of each image is convolved with its own `k x k` kernel,
    shared or specific; stride 1, "same" padding.

    Args:
        kernel_size: odd int. Height and width of the kernels.
        **kwargs: Arguments of `CPSMConvolution`: `use_bias`,
            `specific_fraction`, `sharing_ratio`, `sharing_target`,
            `sharing_loss_weight` and `kernel_initializer`.

    Call arguments:
        inputs: float tensor `(B, H, W, C)`.
        expert_weights: float tensor `(B, E)`, from the router.
        weather_weights: float tensor `(B, K)`, from the router.

    Returns:
        A float tensor `(B, H, W, C)`.

    Example:

    ```python
    x = keras.random.normal((2, 16, 16, 8))
    routing = keras_muirf.layers.CPSMRouter()(x)
    y = keras_muirf.layers.CPSMDepthwiseConv2D(3)(
        x, routing["expert_weights"], routing["weather_weights"]
    )
    y.shape  # (2, 16, 16, 8)
    ```

    Reference: CPSM of MUIRF (IEEE TCSVT 36(3), 2026) as interpreted in this
    project.
    """

    def __init__(self, kernel_size=3, **kwargs):
        # The fan of one channel's kernel, which the shape does not show.
        limit = (3.0 / kernel_size**2) ** 0.5
        kwargs.setdefault(
            "kernel_initializer",
            keras.initializers.RandomUniform(-limit, limit),
        )
        super().__init__(**kwargs)
        if kernel_size % 2 == 0:
            raise ValueError(
                "`kernel_size` must be odd. "
                f"Received: kernel_size={kernel_size}"
            )
        self.kernel_size = kernel_size

    def build(self, inputs_shape, expert_weights_shape, weather_weights_shape):
        self.build_kernels(
            (self.kernel_size, self.kernel_size, inputs_shape[-1]),
            expert_weights_shape[-1],
            weather_weights_shape[-1],
        )
        super().build(inputs_shape)

    def call(self, inputs, expert_weights, weather_weights, training=False):
        kernel, bias = self.mixed_kernels(
            expert_weights, weather_weights, training
        )
        return self.add_bias(depthwise_convolution(inputs, kernel), bias)

    def compute_output_shape(
        self,
        inputs_shape,
        expert_weights_shape=None,
        weather_weights_shape=None,
    ):
        return inputs_shape

    def get_config(self):
        return {**super().get_config(), "kernel_size": self.kernel_size}
