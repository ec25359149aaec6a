"""Where one scene of a video ends and the next begins."""

import numpy as np

LEVELS = 8
THRESHOLD = 0.5


class SceneCuts:
    """Tells the first frame of every scene.

    A frame begins a scene if its histogram of colours, of 8 levels per
    channel, differs from that of the frame before in half of the pixels or
    more. A histogram does not know where things are: rain, snow and the
    camera's own movement change it little.

    Call arguments:
        pixels: uint8 or uint16 array `(H, W, 3)`, the next frame.

    Returns:
        A bool: whether it begins a scene. The first frame does.
    """

    def __init__(self):
        self._before = None

    def __call__(self, pixels):
        histogram = _histogram(pixels)
        before, self._before = self._before, histogram
        if before is None:
            return True
        return 0.5 * np.abs(histogram - before).sum() >= THRESHOLD


def _histogram(pixels):
    """The share of each colour among a sample of the pixels."""
    step = max(1, int(np.sqrt(pixels.shape[0] * pixels.shape[1] / 250_000)))
    shift = 8 * pixels.dtype.itemsize - 3
    red, green, blue = np.moveaxis(pixels[::step, ::step] >> shift, -1, 0)
    colour = (red.astype("int32") * LEVELS + green) * LEVELS + blue
    count = np.bincount(colour.ravel(), minlength=LEVELS**3)
    return count / colour.size
