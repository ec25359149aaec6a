"""The two halves of restoring an image in bounded memory."""

from keras_muirf.restoration.tiling import average_moments
from keras_muirf.restoration.tiling import restore_tiled
from keras_muirf.restoration.tiling import round_up

BLEND = 16


def check_tile(restorer, tile):
    """Checks that tiles of a size leave room within their context.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        tile: int, `None` or 0, as in `restore_photograph`.

    Raises:
        ValueError: the tile is too small.
    """
    least = 2 * restorer.halo + BLEND + restorer.size_multiple
    if tile and tile < least:
        raise ValueError(
            f"Tiles of this preset must be at least {least} pixels, or 0 for "
            f"the whole image in one piece. Received: tile={tile}"
        )


def image_moments(restorer, pixels, tile=None):
    """The moments that a whole image is routed from.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        pixels: uint8 or uint16 array `(H, W, 3)`.
        tile: as in `restore_photograph`.

    Returns:
        A float32 array `(1, D)`.
    """
    return average_moments(
        pixels,
        restorer.shallow_moments,
        _pieces(restorer, pixels, tile),
        restorer.size_multiple,
    )


def restore_routed(restorer, pixels, routing, tile=None, batch=1, strength=1.0):
    """Restores an image with a given routing.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        pixels: uint8 or uint16 array `(H, W, 3)`.
        routing: dict from `restorer.route`, of one row.
        tile: as in `restore_photograph`.
        batch: as in `restore_photograph`.
        strength: as in `restore_photograph`.

    Returns:
        An array of the type and shape of `pixels`.
    """
    return restore_tiled(
        pixels,
        lambda tiles: restorer.restore_tiles(tiles, routing, strength=strength),
        tile=_pieces(restorer, pixels, tile),
        halo=restorer.halo,
        multiple=restorer.size_multiple,
        batch=batch,
        blend=BLEND,
    )


def _pieces(restorer, pixels, tile):
    """The size of the tiles, or `None` for an image in one piece."""
    check_tile(restorer, tile)
    size = restorer.recommended_tile if tile is None else tile
    height, width = (
        round_up(n, restorer.size_multiple) for n in pixels.shape[:2]
    )
    # Two overlapping tiles would cost more than a piece a quarter larger.
    if size == 0 or height * width <= 1.25 * size * size:
        return None
    return size
