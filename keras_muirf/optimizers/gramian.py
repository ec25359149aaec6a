"""From the inner products of gradients to their norms and cosines."""

from keras import ops

TINY = 1e-30


def norms(gramian):
    """The norms of the gradients.

    Args:
        gramian: `(groups, K, K)`, the inner products.

    Returns:
        `(groups, K)` norms, 1 where the gradient is zero, and `(groups, K)`
        ones, 0 where it is.
    """
    square = ops.diagonal(gramian, axis1=1, axis2=2)
    nonzero = square > 0.0
    return (
        ops.sqrt(ops.where(nonzero, square, 1.0)),
        ops.cast(nonzero, "float32"),
    )


def cosines(gramian):
    """The cosines of the gradients, exact where their norms differ much.

    Args:
        gramian: `(groups, K, K)`, the inner products.

    Returns:
        `(groups, K, K)` cosines, 0 with zero gradients, and what `norms`
        returns.
    """
    norm, nonzero = norms(gramian)
    # One division after the other: their product may leave float32.
    cosine = gramian / norm[:, :, None] / norm[:, None, :]
    pairs = nonzero[:, :, None] * nonzero[:, None, :]
    return cosine * pairs, norm, nonzero


def geometric_mean(norm, nonzero):
    """`(groups, 1)`, the geometric mean of the norms that are not zero."""
    count = ops.maximum(ops.sum(nonzero, axis=1, keepdims=True), 1.0)
    logarithm = ops.sum(ops.log(norm) * nonzero, axis=1, keepdims=True)
    return ops.exp(logarithm / count)
