from typing import Literal

from pydantic import BaseModel
from pydantic import Field

from keras_muirf.restoration.tile_size import largest_tile
from keras_muirf.restoration.tile_size import least_tile


def restore_options(restorer, tile):
    """What a client may ask for in the query of a request to restore.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        tile: the server's own tiles. A client may ask for smaller ones.

    Returns:
        A class, a `pydantic.BaseModel`.
    """
    largest = largest_tile(restorer) if tile in (None, 0, "auto") else tile

    class RestoreOptions(BaseModel, extra="forbid"):
        weather: Literal[("auto", "mixed", *restorer.weathers)] = Field(
            "auto", description="The weather to remove; auto finds out."
        )
        strength: float = Field(
            1.0,
            ge=0,
            le=1,
            description="How much of the restoration is applied.",
        )
        tile: int | None = Field(
            None,
            ge=least_tile(restorer),
            le=largest,
            description="Height and width of the tiles of large images.",
        )
        format: Literal["jpeg", "png", "webp", "tiff", "avif"] | None = Field(
            None, description="Of an image's result; default: as it came."
        )
        quality: int | None = Field(
            None, ge=1, le=100, description="Of JPEG, WebP and AVIF."
        )
        subsampling: Literal["4:4:4", "4:2:0"] = Field(
            "4:4:4", description="Resolution of colours in JPEG and AVIF."
        )
        strip_metadata: bool = Field(
            False, description="Leave out all but the colour profile."
        )

    return RestoreOptions
