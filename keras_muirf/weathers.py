"""The weathers that MUIRF knows, in the order used everywhere."""

WEATHERS = ("rain", "snow", "haze", "raindrop")
# What a network may see where there is none of these.
CLEAR = "clear"
# What stands for something else where a weather is asked for.
_TAKEN = (CLEAR, "auto", "mixed")


def require_weather(name):
    """Any word may name a weather, those of `WEATHERS` or one's own.

    Raises:
        ValueError: If `name` is no string or means something else.
    """
    if not isinstance(name, str) or not name.isidentifier() or name in _TAKEN:
        raise ValueError(
            f"A weather has to be a word, such as {', '.join(WEATHERS)} or one "
            f"of your own, and not one of {', '.join(_TAKEN)}. "
            f"Received: weather={name!r}"
        )
    return name


def usual_order(weather):
    """By which to sort weathers: those of `WEATHERS` first, in their order."""
    known = weather in WEATHERS
    return (not known, WEATHERS.index(weather) if known else 0)
