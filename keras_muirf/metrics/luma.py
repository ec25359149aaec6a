"""The BT.601 luma that image restoration papers measure on."""

import keras
from keras import ops

# Y in the studio range, for R, G, B and Y in units of the full range:
# 255 Y = 16 + 65.481 R + 128.553 G + 24.966 B
LUMA_WEIGHTS = (65.481 / 255.0, 128.553 / 255.0, 24.966 / 255.0)
LUMA_OFFSET = 16.0 / 255.0


def require_color(color):
    """Raises an error unless this is a color that the metrics know."""
    if color not in ("rgb", "y"):
        raise ValueError(
            f"`color` has to be 'rgb' or 'y'. Received: color={color!r}"
        )


def comparable(y_true, y_pred, color, max_val):
    """Makes two batches of images ready to be compared.

    Args:
        y_true: Floating-point tensor `(batch, height, width, 3)`.
        y_pred: Floating-point tensor of the same shape. It is clipped to
            [0, max_val], as it is when it becomes a picture.
        color: `"rgb"` or `"y"`.
        max_val: Float, the value of white.

    Returns:
        The two as float32 tensors `(batch, height, width, channels)`, with
        three channels or, for `"y"`, one. In a compiled function, which
        cannot raise errors, targets in another range become NaN.

    Raises:
        ValueError: If shape, dtype or range do not fit.
    """
    tensors = []
    for name, x in (("y_true", y_true), ("y_pred", y_pred)):
        x = ops.convert_to_tensor(x)
        if not keras.backend.is_float_dtype(x.dtype):
            raise ValueError(
                f"`{name}` has to be a floating-point tensor in "
                f"[0, {max_val}]. Received: {name} of dtype "
                f"{keras.backend.standardize_dtype(x.dtype)}"
            )
        if len(x.shape) != 4 or x.shape[-1] != 3:
            raise ValueError(
                f"`{name}` has to be of shape (batch, height, width, 3). "
                f"Received: {name} of shape {tuple(x.shape)}"
            )
        tensors.append(ops.cast(x, "float32"))
    y_true, y_pred = tensors
    sides = zip(y_true.shape, y_pred.shape, strict=True)
    if any(None not in (a, b) and a != b for a, b in sides):
        raise ValueError(
            "Two batches of one shape are needed; no image is resized "
            f"silently. Received: y_true of shape {tuple(y_true.shape)} and "
            f"y_pred of shape {tuple(y_pred.shape)}"
        )
    y_true = _in_range(y_true, max_val)
    y_pred = ops.clip(y_pred, 0.0, max_val)
    if color == "y":
        weights = ops.convert_to_tensor(LUMA_WEIGHTS, "float32")
        offset = LUMA_OFFSET * max_val
        y_true, y_pred = (
            ops.sum(x * weights, axis=-1, keepdims=True) + offset
            for x in (y_true, y_pred)
        )
    return y_true, y_pred


def _in_range(y_true, max_val):
    """Makes sure that targets have the stated range."""
    low, high = ops.min(y_true), ops.max(y_true)
    slack = 1e-3 * max_val
    fits = ops.logical_and(low >= -slack, high <= max_val + slack)
    if max_val > 1:
        # Not a batch of pictures darker than one step of 8 bits, but one in
        # [0, 1], which would gain 48 dB.
        fits = ops.logical_and(fits, high > max_val / 255)
    try:
        known = bool(fits)
    except TypeError:
        # Within a compiled function.
        return ops.where(fits, y_true, float("nan"))
    if not known:
        raise ValueError(
            f"Images have to be in [0, {max_val}]; change `max_val` or scale "
            f"them. Received: y_true from {float(low):.4g} to {float(high):.4g}"
        )
    return y_true
