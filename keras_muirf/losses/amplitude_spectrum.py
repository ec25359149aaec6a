import keras
from keras import ops

# Inside the square root, for a finite gradient where an amplitude is zero.
_TINY = 1e-12


@keras.saving.register_keras_serializable(package="keras_muirf")
class AmplitudeSpectrum(keras.losses.Loss):
    """Mean absolute difference between the amplitudes of two spectra.

    It compares how strong each spatial frequency of the images is and leaves
    aside their phases, which say where the structures lie. With the
    two-dimensional Fourier transform F of every channel,

    `mean(| |F(y)| - |F(x)| |) / sqrt(height * width)`

    The square root makes F keep an image's energy, so that the loss is of
    the size of a pixel difference, whatever the size of the image. Computed
    in float32, one value per image.

    Args:
        reduction: As in `keras.losses.Loss`; the mean over the batch by
            default.
        name: String.
        dtype: Dtype of the computation. Defaults to `"float32"`.

    Call arguments:
        y_true: Tensor `(batch, height, width, channels)` in [0, 1].
        y_pred: Tensor of the same shape.

    Example:

    ```python
    loss = keras_muirf.losses.AmplitudeSpectrum()
    target = np.random.uniform(size=(2, 32, 32, 3)).astype("float32")
    loss(target, 0.9 * target)
    ```
    """

    def __init__(
        self,
        reduction="sum_over_batch_size",
        name: str = "amplitude_spectrum",
        dtype="float32",
    ):
        super().__init__(name=name, reduction=reduction, dtype=dtype)

    def call(self, y_true, y_pred):
        difference = ops.abs(_amplitude(y_true) - _amplitude(y_pred))
        return ops.mean(difference, axis=(1, 2, 3))


def _amplitude(images):
    """Orthonormal amplitudes, (B, C, H, W), of images (B, H, W, C)."""
    planes = ops.transpose(images, (0, 3, 1, 2))
    real, imaginary = ops.fft2((planes, ops.zeros_like(planes)))
    height, width = ops.shape(planes)[2:]
    pixels = ops.cast(height * width, real.dtype)
    power = (ops.square(real) + ops.square(imaginary)) / pixels
    return ops.sqrt(power + _TINY)
