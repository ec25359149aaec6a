import keras
from keras import ops

from keras_muirf.layers.convolution import convolution
from keras_muirf.layers.cpsm_convolution import CPSMConvolution


@keras.saving.register_keras_serializable(package="keras_muirf")
class CPSMConv2D(CPSMConvolution):
    """A dense `k x k` convolution with shared and specific channels.

    Stride 1, "same" padding. Every image is convolved with its own kernel
    `W_eff`: a single image by a convolution, a batch as `k * k` matrix
    products of shifted images, so that the multiply-adds stay those of a
    plain convolution.

    Args:
        filters: int. Number of output channels.
        kernel_size: odd int. Height and width of the kernels.
        **kwargs: Arguments of `CPSMConvolution`: `use_bias`,
            `specific_fraction`, `sharing_ratio`, `sharing_target`,
            `sharing_loss_weight` and `kernel_initializer`.

    Call arguments:
        inputs: float tensor `(B, H, W, C)`.
        expert_weights: float tensor `(B, E)`, from the router.
        weather_weights: float tensor `(B, K)`, from the router.

    Returns:
        A float tensor `(B, H, W, filters)`.

    Example:

    ```python
    x = keras.random.normal((2, 16, 16, 8))
    routing = keras_muirf.layers.CPSMRouter()(x)
    y = keras_muirf.layers.CPSMConv2D(12, 3)(
        x, routing["expert_weights"], routing["weather_weights"]
    )
    y.shape  # (2, 16, 16, 12)
    ```

    Reference: CPSM of MUIRF (IEEE TCSVT 36(3), 2026) as interpreted in this
    project.
    """

    def __init__(self, filters: int, kernel_size=3, **kwargs):
        super().__init__(**kwargs)
        if kernel_size % 2 == 0:
            raise ValueError(
                "`kernel_size` must be odd. "
                f"Received: kernel_size={kernel_size}"
            )
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, inputs_shape, expert_weights_shape, weather_weights_shape):
        size = self.kernel_size
        self.build_kernels(
            (size, size, inputs_shape[-1], self.filters),
            expert_weights_shape[-1],
            weather_weights_shape[-1],
        )
        super().build(inputs_shape)

    def call(self, inputs, expert_weights, weather_weights, training=False):
        kernel, bias = self.mixed_kernels(
            expert_weights, weather_weights, training
        )
        if len(kernel.shape) == 5 and inputs.shape[0] == 1:
            kernel = kernel[0]
        if len(kernel.shape) == 4:
            y = convolution(inputs, kernel, padding="same")
        else:
            y = self._convolve_each(inputs, kernel)
        return self.add_bias(y, bias)

    def _convolve_each(self, x, kernel):
        reach = self.kernel_size // 2
        shape = ops.shape(x)
        batch, height, width = shape[0], shape[1], shape[2]
        channels = x.shape[-1]
        padded = ops.pad(x, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
        y = None
        for i in range(self.kernel_size):
            for j in range(self.kernel_size):
                shifted = ops.reshape(
                    padded[:, i : i + height, j : j + width],
                    (batch, height * width, channels),
                )
                term = ops.matmul(shifted, kernel[:, i, j])
                y = term if y is None else y + term
        return ops.reshape(y, (batch, height, width, self.filters))

    def compute_output_shape(
        self,
        inputs_shape,
        expert_weights_shape=None,
        weather_weights_shape=None,
    ):
        return (*inputs_shape[:-1], self.filters)

    def get_config(self):
        config = super().get_config()
        config.update(
            {"filters": self.filters, "kernel_size": self.kernel_size}
        )
        return config
