import keras
from keras import ops

from keras_muirf.layers.pixel_shuffle import DepthToSpace


@keras.saving.register_keras_serializable(package="keras_muirf")
class DoubleSize(DepthToSpace):
    """Doubles height and width by linear interpolation.

    `keras.layers.UpSampling2D` needs a size that is known beforehand.

    Call arguments:
        inputs: tensor `(B, h, w, C)`.

    Returns:
        A tensor `(B, 2 h, 2 w, C)`.
    """

    def call(self, inputs):
        rows = _between(inputs, axis=1)
        # Row by row of the four, as `DepthToSpace` wants them.
        phases = [x for row in rows for x in _between(row, axis=2)]
        return super().call(ops.concatenate(phases, axis=-1))

    def compute_output_shape(self, input_shape):
        *others, channels = input_shape
        return super().compute_output_shape((*others, 4 * channels))


def _between(x, axis):
    """Values a quarter before and a quarter after those along an axis."""
    first, last = [slice(None)] * 4, [slice(None)] * 4
    head, tail = list(first), list(last)
    first[axis], head[axis] = slice(0, 1), slice(0, -1)
    last[axis], tail[axis] = slice(-1, None), slice(1, None)
    before = ops.concatenate([x[tuple(first)], x[tuple(head)]], axis=axis)
    after = ops.concatenate([x[tuple(tail)], x[tuple(last)]], axis=axis)
    return 0.75 * x + 0.25 * before, 0.75 * x + 0.25 * after
