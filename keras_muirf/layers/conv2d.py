import keras

from keras_muirf import task_axis
from keras_muirf.layers.convolution import convolution


@keras.saving.register_keras_serializable(package="keras_muirf")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` whose weights all tasks of a batch share.

    It does what its base does, and has its name, by which weights files know
    a layer. In training, one backward pass gives the gradients of all tasks
    (`keras_muirf.task_axis`). Channels last, in the form that is fast on the
    backend in use.

    Args:
        *args: Arguments of `keras.layers.Conv2D`.
        **kwargs: Arguments of `keras.layers.Conv2D`.

    Raises:
        ValueError: If `data_format` is another than `"channels_last"`.

    Example:

    ```python
    x = keras.random.normal((2, 16, 16, 8))
    keras_muirf.layers.Conv2D(4, 3)(x).shape  # (2, 14, 14, 4)
    ```
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"data_format": "channels_last", **kwargs})
        if self.data_format != "channels_last":
            raise ValueError(
                '`data_format` must be "channels_last"; use '
                "`keras.layers.Conv2D` for another. "
                f"Received: data_format={self.data_format}"
            )

    def convolution_op(self, inputs, kernel):
        return convolution(
            inputs,
            kernel,
            strides=self.strides,
            padding=self.padding,
            dilation_rate=self.dilation_rate,
        )

    def call(self, inputs):
        y = task_axis.convolve(
            self.convolution_op,
            inputs,
            self.kernel,
            self.bias if self.use_bias else None,
        )
        return y if self.activation is None else self.activation(y)
