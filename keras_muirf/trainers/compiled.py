"""A function of tensors, compiled as the backend does it."""

import keras


def compiled(function):
    """Compiles a function of tensors that changes no variable.

    By `jax.jit` or `tf.function`; PyTorch runs it as it is, without gradients.

    Args:
        function: takes and returns tensors or structures of them.

    Returns:
        A function that also takes NumPy arrays.
    """
    backend = keras.config.backend()
    if backend == "jax":
        import jax

        return jax.jit(function)
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.function(function)
    import torch

    def run(*arguments):
        with torch.no_grad():
            return function(*map(keras.ops.convert_to_tensor, arguments))

    return run
