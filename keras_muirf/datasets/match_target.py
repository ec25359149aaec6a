"""A target that another lens or moment took, made to fit its input."""

import numpy as np

from keras_muirf.libvips import pyvips

# Differences from which on a pixel is no longer taken for equal, in the fit of
# the tones: from the first to the last of the rounds.
_FIRST, _LAST, _SHRINK, _ROUNDS = 0.25, 0.03, 0.85, 30
# And in what comes of it.
_EQUAL = 0.04
# Standard deviations in pixels: of what the shift is found by, and within which
# pixels agree together.
_FINE_DETAIL = 2.0
_NEIGHBOURS = 1.5


def match_target(input, target, shift: int = 2):
    """Makes a target fit its input in place and tones.

    For pairs that are not of one exposure, such as those that two lenses or two
    moments took, of which one has drops on the pane: a network would learn
    the difference of the exposures. The target is moved by a part of a pixel to
    where its fine detail agrees best with the input's. Then a quadratic curve
    of tones for each channel is fitted by reweighted least squares (Tukey's
    weights), which looks ever more at the pixels that agree, so that what the
    weather covers has no say. Where input and target agree then, the result is
    the input itself: what is without weather is to stay as it is.

    Args:
        input: uint8 array `(H, W, 3)`, with weather.
        target: uint8 array `(H, W, 3)`, without.
        shift: int. How far the target may be moved, in pixels.

    Returns:
        The target that fits, uint8 `(H, W, 3)`, and the share of the pixels
        that agree, a float in [0, 1]: where it is small the fit means nothing.

    Raises:
        ValueError: If the two are no uint8 images of one size, or `shift` is
            below 0.

    Example:

    ```python
    rng = np.random.default_rng(0)
    target = rng.integers(0, 200, (64, 64, 3), "uint8")
    darker = np.uint8(0.8 * target)
    fitting, share = keras_muirf.datasets.match_target(darker, target)
    ```

    Source: ours; the weights are Tukey's (Beaton and Tukey, Technometrics,
    1974).
    """
    if (
        not input.dtype == target.dtype == np.uint8
        or not input.shape == target.shape
        or input.shape[2:] != (3,)
    ):
        raise ValueError(
            "`input` and `target` must be uint8 of one shape (height, width, "
            f"3). Received: input of {input.dtype} {input.shape}, target of "
            f"{target.dtype} {target.shape}"
        )
    if shift < 0:
        raise ValueError(
            f"`shift` is a number of pixels from 0. Received: shift={shift}"
        )
    seen = input / 255
    there = _moved(target / 255, _best_shift(input, target, shift))
    curves, share = _fit_tones(_coarse(seen), _coarse(there))
    fitted = _through(_powers(there), curves)
    difference = _blurred(_distance(seen, fitted), _NEIGHBOURS)
    equal = _tukey(difference, _EQUAL)[..., None]
    matched = np.clip(equal * seen + (1 - equal) * fitted, 0, 1)
    return np.uint8(np.rint(255 * matched)), share


def _best_shift(seen, target, most):
    """Rows and columns by which the target's detail fits best."""
    detail, other = _detail(seen.mean(-1)), _detail(target.mean(-1))
    steps = range(-most - 1, most + 2)
    agreement = np.array(
        [
            [(detail * np.roll(other, (y, x), (0, 1))).sum() for x in steps]
            for y in steps
        ]
    )
    inner = agreement[1:-1, 1:-1]
    y, x = np.unravel_index(inner.argmax(), inner.shape)
    return (
        y - most + _peak(agreement[y : y + 3, x + 1]),
        x - most + _peak(agreement[y + 1, x : x + 3]),
    )


def _peak(values):
    """Where a parabola through three values is highest, from the middle."""
    left, middle, right = values.tolist()
    bend = left - 2 * middle + right
    if bend >= 0:
        return 0.0
    return float(np.clip((left - right) / (2 * bend), -0.5, 0.5))


def _moved(image, shift):
    height, width = image.shape[:2]
    # What comes in over the edge is what stands there.
    room = 2 + int(np.ceil(np.abs(shift).max()))
    wide = np.pad(image, ((room, room), (room, room), (0, 0)), "edge")
    moved = pyvips.Image.new_from_array(wide).affine(
        [1, 0, 0, 1],
        odx=shift[1],
        ody=shift[0],
        oarea=[room, room, width, height],
        interpolate=pyvips.Interpolate.new("bicubic"),
    )
    return moved.numpy()


def _fit_tones(seen, there):
    """A curve for each channel, and the share of the pixels it makes agree."""
    powers = _powers(there)
    weights = np.ones(seen.shape[:2])
    scale = _FIRST
    for _ in range(_ROUNDS):
        weighted = powers * (weights + 1e-3)[..., None]
        squares = np.einsum("iyxc,jyxc->cij", weighted, powers, optimize=True)
        right = np.einsum("iyxc,yxc->ci", weighted, seen, optimize=True)
        # Keeps the curve a line where nothing tells.
        squares += np.diag([1e-6, 1e-6, 1e-3])
        curves = np.linalg.solve(squares, right[..., None])[..., 0]
        difference = _distance(seen, _through(powers, curves))
        weights = _tukey(difference, scale)
        scale = max(_LAST, scale * _SHRINK)
    return curves, float(np.mean(weights > 0.3))


def _powers(image):
    return np.stack([np.ones_like(image), image, image**2])


def _through(powers, curves):
    return np.einsum("iyxc,ci->yxc", powers, curves, optimize=True)


def _coarse(image):
    """Half the size: less to compute, and less that depends on the place."""
    return _blurred(image, 1.0)[::2, ::2]


def _distance(one, other):
    return np.sqrt(np.mean((one - other) ** 2, -1))


def _tukey(difference, scale):
    return np.clip(1 - (difference / scale) ** 2, 0, 1) ** 2


def _detail(image):
    return image - _blurred(image, _FINE_DETAIL)


def _blurred(image, sigma):
    blurred = pyvips.Image.new_from_array(image)
    return blurred.gaussblur(sigma, precision="float").numpy()
