from keras_muirf import layers
from keras_muirf import models
from keras_muirf.weathers import WEATHERS

SMOKE = "smoke"
# As small as it gets: everything once.
_SMOKE_SIZE = {
    "widths": (8,),
    "encoder_blocks": (),
    "middle_blocks": 1,
    "decoder_blocks": (),
    "stem_width": 8,
    "num_experts": 2,
    "router_width": 8,
    "context_dim": 8,
}


def new_restorer(size, weathers=WEATHERS):
    """Makes a restorer with random weights.

    Args:
        size: string, one of `keras_muirf.models.SIZES`, or `"smoke"` for a
            network that is only there to see that a recipe runs.
        weathers: tuple of strings, the weathers of the network in their order.

    Returns:
        A `keras_muirf.models.MUIRFImageRestorer`.

    Example:

    ```python
    restorer = keras_muirf.training.new_restorer("tiny", weathers=("rain",))
    ```
    """
    config = {**models.SIZES, SMOKE: _SMOKE_SIZE}[size]
    return models.MUIRFImageRestorer(
        models.MUIRFBackbone(
            num_weathers=len(weathers), clear_class=True, **config
        ),
        models.MUIRFImageRestorerPreprocessor(layers.MUIRFImageConverter()),
        weathers=weathers,
    )
