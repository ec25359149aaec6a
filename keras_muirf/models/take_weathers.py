import numpy as np
from keras import ops


def take_weathers(restorer, weathers, scales: int | None = None):
    """Makes a restorer of some weathers out of one of more.

    It has what the weathers share and what is specific to those named. Told
    the weather, it restores an image of them as the whole network does; the
    weathers left out it no longer knows. Smaller files, and a beginning for
    training on one weather.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        weathers: tuple of strings, some of `restorer.weathers`, in the order
            that the new restorer is to have.
        scales: int or `None`. At how many scales the new restorer restores.
            Defaults to the number of `restorer`.

    Returns:
        A `keras_muirf.models.MUIRFImageRestorer` with weights of its own, not
        compiled.

    Raises:
        ValueError: If `weathers` is a string, one of them is not the
            restorer's or is named twice, or none is named.

    Example:

    ```python
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    desnow = keras_muirf.models.take_weathers(restorer, ("snow",))
    desnow.save_to_preset("my_desnow", weights_dtype="float16")
    ```
    """
    if isinstance(weathers, str):
        raise ValueError(
            "`weathers` must be a tuple of names, such as "
            f"({weathers!r},). Received: weathers={weathers!r}"
        )
    weathers = tuple(weathers)
    known = restorer.weathers
    if not weathers or len(set(weathers)) < len(weathers):
        raise ValueError(
            "`weathers` must name at least one weather, and none twice. "
            f"Received: weathers={weathers}"
        )
    if unknown := [w for w in weathers if w not in known]:
        raise ValueError(
            f"`weathers` must be some of the restorer's, {', '.join(known)}. "
            f"Received: {', '.join(unknown)}"
        )
    backbone = restorer.backbone
    part = type(restorer)(
        type(backbone).from_config(
            {**backbone.get_config(), "num_weathers": len(weathers)}
        ),
        restorer.preprocessor,
        weathers=weathers,
        scales=restorer.scales if scales is None else scales,
        compile=False,
    )
    rows = [known.index(weather) for weather in weathers]
    # The class without weather stands behind the weathers.
    classes = [*rows, *range(len(known), len(restorer.classes))]
    known_weights = {weight.path: weight for weight in restorer.weights}
    for taken in part.weights:
        # A scale that is new begins as it does in a new restorer.
        if taken.path not in known_weights:
            continue
        value = ops.convert_to_numpy(known_weights[taken.path])
        if "/specific_" in taken.path:
            value = value[rows]
        elif "router/weather_" in taken.path:
            value = np.take(value, classes, axis=-1)
        taken.assign(value)
    return part
