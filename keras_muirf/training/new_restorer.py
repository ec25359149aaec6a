from keras_muirf import layers
from keras_muirf import models
from keras_muirf.training.run_error import RunError
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


def new_restorer(size: str, weathers=WEATHERS, start: str | None = None):
    """Makes a restorer with random weights, or those of a preset to go on from.

    Args:
        size: string, one of `keras_muirf.models.SIZES`, or `"smoke"` for a
            network that is only there to see that a recipe runs.
        weathers: tuple of strings, the weathers of the network in their order.
        start: `None`, or string, a preset: network and weights are then its
            own, whatever the size. Of a preset of more weathers those asked
            for are taken.

    Returns:
        A `keras_muirf.models.MUIRFImageRestorer`.

    Raises:
        RunError: If there is no such preset, or it lacks one of the weathers.

    Example:

    ```python
    restorer = keras_muirf.training.new_restorer("tiny", weathers=("rain",))
    ```
    """
    if start is not None:
        return _from_preset(start, tuple(weathers))
    config: dict = {**models.SIZES, SMOKE: _SMOKE_SIZE}[size]
    return models.MUIRFImageRestorer(
        models.MUIRFBackbone(
            num_weathers=len(weathers), clear_class=True, **config
        ),
        models.MUIRFImageRestorerPreprocessor(layers.MUIRFImageConverter()),
        weathers=weathers,
    )


def _from_preset(start, weathers):
    try:
        restorer = models.MUIRFImageRestorer.from_preset(start)
    # Files from anywhere: what may be wrong with them has no common type.
    except Exception as error:
        words = " ".join(str(error).split())
        raise RunError(f"start={start} cannot be loaded: {words}", 2) from error
    if restorer.weathers == weathers:
        return restorer
    if not set(weathers) <= set(restorer.weathers):
        raise RunError(
            f"start={start} is of the weathers {', '.join(restorer.weathers)}; "
            f"this recipe trains {', '.join(weathers)}.",
            2,
        )
    return models.take_weathers(restorer, weathers)
