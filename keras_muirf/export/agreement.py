"""Whether an exported file computes what Keras does."""

import numpy as np

from keras_muirf.export.export_error import ExportError
from keras_muirf.export.images import drawn_images
from keras_muirf.export.images import in_dtype

# Of images in [0, 1] and of probabilities.
TOLERANCE = 1e-4


def largest_difference(run, network):
    """Compares a file with Keras on images of two odd sizes.

    Args:
        run: function from `open_file`.
        network: an `ExportedNetwork`.

    Returns:
        The largest difference of an image, in [0, 1], or a probability.

    Raises:
        ExportError: If it is above `TOLERANCE`; where images are uint8, a
            value may differ by one.
    """
    multiple = network.restorer.size_multiple
    shapes = (1, 2 * multiple + 1, 3 * multiple - 3), (2, 5, multiple)
    worst = 0.0
    for shape in shapes:
        images = in_dtype(drawn_images(shape), network.dtype)
        (restored, classes), (wanted, known) = (
            run(images),
            network.expected(images),
        )
        check_kind(restored, classes, wanted, known)
        scale = 255.0 if network.dtype == "uint8" else 1.0
        apart = _apart(restored, wanted) / scale
        allowed = 1.01 / 255.0 if network.dtype == "uint8" else TOLERANCE
        if not (apart <= allowed and _apart(classes, known) <= TOLERANCE):
            raise ExportError(
                f"The file computes something else than Keras: at "
                f"{shape[2]}x{shape[1]} its image differs by up to "
                f"{apart:.1e} and its probabilities by up to "
                f"{_apart(classes, known):.1e}, and {allowed:.1e} is allowed."
            )
        worst = max(worst, apart, _apart(classes, known))
    return float(worst)


def psnr_to_float32(run, network, images):
    """How near a file of lower precision comes to Keras in float32.

    Args:
        run: function from `open_file`.
        network: an `ExportedNetwork` in float32.
        images: list of float arrays `(1, H, W, 3)` in [0, 1].

    Returns:
        The mean PSNR over the images in dB.

    Raises:
        ExportError: If a result is not finite.
    """
    scale = 255.0 if network.dtype == "uint8" else 1.0
    values = []
    for image in images:
        image = in_dtype(image, network.dtype)
        (restored, classes), (wanted, known) = (
            run(image),
            network.expected(image),
        )
        check_kind(restored, classes, wanted, known)
        error = np.mean(((restored - 1.0 * wanted) / scale) ** 2)
        if not np.isfinite(error):
            raise ExportError("The file's results are not finite.")
        values.append(-10 * np.log10(max(error, 1e-10)))
    return float(np.mean(values))


def check_kind(restored, classes, wanted, known):
    """Raises `ExportError` if shapes or dtypes are others than Keras'."""
    for name, one, other in (
        ("image", restored, wanted),
        ("probabilities", classes, known),
    ):
        if one.shape != other.shape or one.dtype != other.dtype:
            raise ExportError(
                f"The file's {name} should be {other.dtype} of shape "
                f"{other.shape}. Received: {one.dtype} of shape {one.shape}"
            )


def _apart(one, other):
    return np.max(np.abs(one.astype("float64") - other.astype("float64")))
