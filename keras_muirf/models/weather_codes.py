import numpy as np

from keras_muirf.layers.cpsm_router import HARD
from keras_muirf.layers.cpsm_router import SOFT


def weather_codes(weather, weathers, count):
    """The router's numbers for what a person calls the weather.

    Args:
        weather: `None`, `"auto"`, `"mixed"`, one of `weathers`, or a list of
            these, one per image.
        weathers: tuple of strings, in the order of their labels.
        count: int. How many images there are.

    Returns:
        An int32 array `(count,)`.

    Raises:
        ValueError: If a weather is none of these, or the list not of this
            length.
    """
    codes = {None: HARD, "auto": HARD, "mixed": SOFT}
    codes.update({name: k for k, name in enumerate(weathers)})
    listed = weather if isinstance(weather, list | tuple) else [weather] * count
    if len(listed) != count or any(w not in codes for w in listed):
        raise ValueError(
            "`weather` must be None, 'mixed', one of "
            f"{', '.join(weathers)}, or a list of these with one entry for "
            f"each of the {count} images. Received: weather={weather!r}"
        )
    return np.array([codes[w] for w in listed], "int32")
