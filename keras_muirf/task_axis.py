"""The gradients of all tasks in one backward pass.

Within `copies` a shared variable has one copy for each task. A layer that
reads it with `stacked` or `spread` applies to each task's part of a
task-ordered batch that task's copy: the result is that of the variable
itself, and the gradient of the copies has a leading task axis.
"""

import contextlib
import contextvars

from keras import ops

from keras_muirf.as_dtype import as_dtype

_CURRENT = contextvars.ContextVar("copies", default=None)


class _Copies:
    def __init__(self, variables, values):
        self.variables = variables
        self.values = {
            id(variable): value
            for variable, value in zip(variables, values, strict=True)
        }
        self.read = set()

    def check_all_read(self):
        unread = [v.path for v in self.variables if id(v) not in self.read]
        if unread:
            raise ValueError(
                'With `task_gradients = "one_pass"` a model must read every '
                "shared variable through `keras_muirf.task_axis`, or its "
                'gradient is lost. Use "slices", or name variables that may '
                "take the mean gradient in `averaged_variables`. Not read: "
                f"{', '.join(unread)}"
            )


@contextlib.contextmanager
def copies(variables, values):
    """A scope in which variables have one copy for each task.

    Args:
        variables: list of `keras.Variable`.
        values: list of tensors `(num_tasks, *variable.shape)`, the copies.

    Raises:
        ValueError: on leaving, if a variable was not read through `stacked`
            or `spread`.
    """
    current = _Copies(variables, values)
    token = _CURRENT.set(current)
    try:
        yield
    finally:
        _CURRENT.reset(token)
    current.check_all_read()


def has_copies(variable):
    """Whether a variable has copies here, be it one for a single task."""
    current = _CURRENT.get()
    return current is not None and id(variable) in current.values


def stacked(variable, dtype):
    """A variable with a leading axis for its copies.

    Args:
        variable: `keras.Variable`.
        dtype: string. The dtype of the result.

    Returns:
        A tensor `(num_tasks, *variable.shape)` within `copies`, else
        `(1, *variable.shape)`.
    """
    if has_copies(variable):
        current = _CURRENT.get()
        current.read.add(id(variable))
        value = current.values[id(variable)]
    else:
        value = variable.value[None]
    return as_dtype(value, dtype)


def per_image(variable, images, dtype):
    """A variable as each image of a batch has it.

    Args:
        variable: `keras.Variable`.
        images: int, the size of the batch, task-ordered within `copies`.
        dtype: string. The dtype of the result.

    Returns:
        A tensor `(images, *variable.shape)` within `copies`, where each image
        has its task's copy, else `variable.shape`.
    """
    value = stacked(variable, dtype)
    tasks = value.shape[0]
    return value[0] if tasks == 1 else ops.repeat(value, images // tasks, 0)


def spread(variable, x):
    """A variable of one axis, ready to meet a batch by broadcasting.

    Args:
        variable: `keras.Variable` of shape `(C,)`.
        x: tensor `(B, ..., C)`, task-ordered within `copies`.

    Returns:
        A tensor of the dtype of `x`: `(B, 1, ..., 1, C)` within `copies`,
        else `(C,)`.
    """
    value = stacked(variable, x.dtype)
    tasks, channels = value.shape
    if tasks == 1:
        return value[0]
    value = ops.repeat(value, ops.shape(x)[0] // tasks, 0)
    return ops.reshape(value, (-1, *(1,) * (len(x.shape) - 2), channels))


def dense(x, kernel, bias):
    """`x @ kernel + bias`, for each task's part of a batch with its copies.

    Args:
        x: tensor `(B, D)`, task-ordered within `copies`.
        kernel: `keras.Variable` of shape `(D, C)`.
        bias: `keras.Variable` of shape `(C,)`.

    Returns:
        A tensor `(B, C)`.
    """
    kernel, bias = stacked(kernel, x.dtype), stacked(bias, x.dtype)
    # What is frozen has no copies but one value for all tasks.
    tasks = max(kernel.shape[0], bias.shape[0])
    rows = ops.reshape(x, (tasks, -1, kernel.shape[1]))
    y = ops.matmul(rows, kernel) + bias[:, None]
    return ops.reshape(y, (-1, kernel.shape[2]))


def convolve(convolution, x, kernel, bias=None):
    """Convolves each task's part of a batch with that task's copies.

    Args:
        convolution: takes a part of `x` and a kernel, returns a tensor
            `(b, ..., C)`.
        x: tensor `(B, ...)`, task-ordered within `copies`.
        kernel: `keras.Variable`.
        bias: `keras.Variable` of shape `(C,)`, or `None`.

    Returns:
        A tensor `(B, ..., C)`.
    """
    values = [stacked(v, x.dtype) for v in (kernel, bias) if v is not None]
    tasks = max(value.shape[0] for value in values)
    parts = ops.split(x, tasks) if tasks > 1 else [x]
    # All copies at once: one operation for the backward pass, too. What is
    # frozen has no copies but one value for all tasks.
    weights = [
        list(ops.unstack(value)) * (tasks // value.shape[0]) for value in values
    ]
    results = []
    for part, own_kernel, *own_bias in zip(parts, *weights, strict=True):
        y = convolution(part, own_kernel)
        # At once, while a CPU has the part in its cache.
        results.append(y + own_bias[0] if own_bias else y)
    return ops.concatenate(results) if tasks > 1 else results[0]
