"""Convolutions in the form that is fast on the backend. Channels last."""

import keras
from keras import ops


def convolution(x, kernel, **kwargs):
    """`keras.ops.conv` of images with channels last.

    Args:
        x: float tensor `(B, H, W, C)`.
        kernel: float tensor `(k, k, C, filters)`.
        **kwargs: strides, padding and dilation, as `keras.ops.conv` takes
            them.

    Returns:
        A float tensor `(B, H', W', filters)`.
    """
    return _channels_last(ops.conv, x, kernel, **kwargs)


def depthwise_convolution(x, kernel):
    """Convolves each channel with its own kernel; stride 1, "same" padding.

    XLA on a CPU runs a depthwise convolution about thirty times slower than
    the same arithmetic written as shifted multiply-adds, which it fuses; the
    native kernels of TensorFlow and PyTorch are the faster form there. Images
    with a kernel each are the channels of one image to them.

    Args:
        x: float tensor `(B, H, W, C)`.
        kernel: float tensor `(k, k, C)`, or `(B, k, k, C)` for a kernel per
            image; `k` is odd.

    Returns:
        A float tensor `(B, H, W, C)`.
    """
    if len(kernel.shape) == 4 and x.shape[0] == 1:
        kernel = kernel[0]
    own = len(kernel.shape) == 4
    # A number of channels has to be known.
    if keras.config.backend() == "jax" or (own and None in x.shape):
        return _shifted_multiply_adds(x, kernel)
    if not own:
        return _native_depthwise(x, kernel)
    images, height, width, channels = x.shape
    every = images * channels
    x = ops.reshape(ops.transpose(x, (1, 2, 0, 3)), (1, height, width, every))
    kernel = ops.transpose(kernel, (1, 2, 0, 3))
    y = _native_depthwise(x, ops.reshape(kernel, (*kernel.shape[:2], every)))
    y = ops.reshape(y, (height, width, images, channels))
    return ops.transpose(y, (2, 0, 1, 3))


def kernel_per_image_is_fast(shape):
    """Whether a kernel per image is as fast as a part of the batch at a time.

    For a depthwise convolution where few kernels serve several images each.

    Args:
        shape: tuple, the shape `(B, H, W, C)` of the images.

    Returns:
        A bool.
    """
    if None in shape:
        return False
    # What PyTorch saves on small maps, it loses to the copies of large ones.
    small = shape[1] * shape[2] <= 32 * 32
    return {"jax": True, "torch": small}.get(keras.config.backend(), False)


def _native_depthwise(x, kernel):
    return _channels_last(
        ops.depthwise_conv, x, kernel[..., None], padding="same"
    )


def _channels_last(operation, x, kernel, **kwargs):
    if keras.config.backend() != "torch":
        return operation(x, kernel, data_format="channels_last", **kwargs)
    # Told that channels are last, Keras copies the image to channels first
    # and back before PyTorch convolves it. A transposed view is what PyTorch
    # itself takes for channels last, and needs no copy.
    y = operation(
        ops.transpose(x, (0, 3, 1, 2)),
        kernel,
        data_format="channels_first",
        **kwargs,
    )
    return ops.transpose(y, (0, 2, 3, 1))


def _shifted_multiply_adds(x, kernel):
    size = kernel.shape[-2]
    reach = size // 2
    shape = ops.shape(x)
    height, width = shape[1], shape[2]
    padded = ops.pad(x, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
    y = None
    for i in range(size):
        for j in range(size):
            tap = kernel[..., i, j, :]
            if len(tap.shape) == 2:
                tap = tap[:, None, None, :]
            term = padded[:, i : i + height, j : j + width] * tap
            y = term if y is None else y + term
    return y
