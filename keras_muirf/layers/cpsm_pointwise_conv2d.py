import keras
from keras import ops

from keras_muirf.layers.cpsm_convolution import CPSMConvolution


@keras.saving.register_keras_serializable(package="keras_muirf")
class CPSMPointwiseConv2D(CPSMConvolution):
    """A 1x1 convolution with shared and weather-specific channels.

    One matrix product per image with that image's kernel `W_eff`: the
    multiply-adds of a plain 1x1 convolution. Scales and offsets of channels
    before and after it go into kernel and bias, and cost no pass over the
    pixels.

    Args:
        filters: int. Number of output channels.
        **kwargs: Arguments of `CPSMConvolution`: `use_bias`,
            `specific_fraction`, `sharing_ratio`, `sharing_target`,
            `sharing_loss_weight` and `kernel_initializer`.

    Call arguments:
        inputs: float tensor `(B, H, W, C)`.
        expert_weights: float tensor `(B, E)`, from the router.
        weather_weights: float tensor `(B, K)`, from the router.
        input_scale: float tensor `(B, C)` or `(C,)`, or `None`. What the
            inputs' channels are multiplied with.
        input_offset: the same, what is then added to them.
        output_scale: float tensor `(B, filters)` or `(filters,)`, or `None`.
            What the outputs' channels are multiplied with, after the bias.

    Returns:
        A float tensor `(B, H, W, filters)`.

    Example:

    ```python
    x = keras.random.normal((2, 16, 16, 8))
    routing = keras_muirf.layers.CPSMRouter()(x)
    y = keras_muirf.layers.CPSMPointwiseConv2D(12)(
        x, routing["expert_weights"], routing["weather_weights"]
    )
    y.shape  # (2, 16, 16, 12)
    ```

    Reference: CPSM of MUIRF (IEEE TCSVT 36(3), 2026) as interpreted in this
    project.
    """

    def __init__(self, filters: int, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters

    def build(self, inputs_shape, expert_weights_shape, weather_weights_shape):
        self.build_kernels(
            (inputs_shape[-1], self.filters),
            expert_weights_shape[-1],
            weather_weights_shape[-1],
        )
        super().build(inputs_shape)

    def call(
        self,
        inputs,
        expert_weights,
        weather_weights,
        input_scale=None,
        input_offset=None,
        output_scale=None,
        training=False,
    ):
        kernel, bias = self._scaled(
            *self.mixed_kernels(expert_weights, weather_weights, training),
            input_scale,
            input_offset,
            output_scale,
        )
        _, height, width, channels = inputs.shape
        shape = ops.shape(inputs)
        if height is None or width is None:
            height, width = shape[1], shape[2]
        # One kernel for all images: their pixels are the rows of one matrix.
        shared = len(kernel.shape) == 2
        rows = (-1,) if shared else (shape[0], height * width)
        x = ops.reshape(inputs, (*rows, channels))
        y = self.add_bias(ops.matmul(x, kernel), bias)
        return ops.reshape(y, (shape[0], height, width, self.filters))

    @staticmethod
    def _scaled(kernel, bias, input_scale, input_offset, output_scale):
        """Kernel and bias with the channels' scales and offsets in them."""
        if input_offset is not None:
            moved = ops.matmul(input_offset[..., None, :], kernel)[..., 0, :]
            bias = moved if bias is None else moved + bias
        if input_scale is not None:
            kernel = input_scale[..., :, None] * kernel
        if output_scale is not None:
            kernel = kernel * output_scale[..., None, :]
            bias = None if bias is None else bias * output_scale
        return kernel, bias

    def compute_output_shape(
        self,
        inputs_shape,
        expert_weights_shape=None,
        weather_weights_shape=None,
    ):
        return (*inputs_shape[:-1], self.filters)

    def get_config(self):
        return {**super().get_config(), "filters": self.filters}
