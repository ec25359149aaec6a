import numpy as np


def weighted_sources(weather, sources):
    """The sources of one weather and how its crops are shared out among them.

    Args:
        weather: string.
        sources: a source, or a list of sources and of tuples
            `(source, weight)`.

    Returns:
        A list of sources and their cumulative weights up to 1.

    Raises:
        ValueError: if a source is of another weather or has no images, or the
            weights leave nothing.
    """
    if not isinstance(sources, list):
        sources = [sources]
    pairs = [s if isinstance(s, tuple) else (s, 1.0) for s in sources]
    for source, weight in pairs:
        if source.weather != weather:
            raise ValueError(
                f"A source of {source.weather} cannot stand under {weather!r}."
            )
        if not len(source):
            raise ValueError(f"A source of {weather} has no images.")
        if not weight >= 0:
            raise ValueError(
                "The weight of a source has to be 0 or more. "
                f"Received: {weight} for a source of {weather}"
            )
    weights = np.array([weight for _, weight in pairs], "float64")
    if not weights.sum() > 0:
        raise ValueError(
            f"{weather} needs at least one source of positive weight. "
            f"Received: sources={sources}"
        )
    cumulative = np.cumsum(weights / weights.sum())
    cumulative[-1] = 1.0
    return [source for source, _ in pairs], cumulative
