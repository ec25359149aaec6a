import dataclasses
from pathlib import Path

from keras_muirf import weather as weather_layers
from keras_muirf.datasets.clean_folder import CleanFolder
from keras_muirf.datasets.discover_pairs import discover_pairs
from keras_muirf.datasets.pair_source import PairSource
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.evaluation.evaluation_set import EvaluationSet
from keras_muirf.evaluation.evaluation_set import Unweathered
from keras_muirf.restoration.image_format import is_image_name
from keras_muirf.weathers import CLEAR
from keras_muirf.weathers import WEATHERS

# What is put on photographs: a name, the weather, arguments of its layer.
SYNTHESIZED = (
    *((weather, weather, {}) for weather in WEATHERS),
    # There are no pairs of snow, so a setting that no recipe trains on has to
    # say whether more was learned than the generator's own.
    ("snow, large flakes", "snow", {"scale": (2.0, 3.0)}),
)


def find_sets(directory, synthesize: bool = False, limit: int | None = None):
    """Finds all that can be measured in a folder.

    Benchmarks and folders of pairs, by `keras_muirf.datasets.discover_pairs`,
    and photographs without weather in its folder `clean` or in folders of
    that. A photograph without weather is its own target: it is to come back
    unchanged.

    Args:
        directory: String or path.
        synthesize: Boolean. Put each weather on the photographs without, too,
            from a fixed seed, and snow with larger flakes than any recipe
            trains on. Each backend has its own random numbers.
        limit: `None`, or an integer, the most images of each set.

    Returns:
        A list of `keras_muirf.evaluation.EvaluationSet`.

    Raises:
        FileNotFoundError: If there is no such folder or nothing to measure.
        ValueError: If an image has no partner.

    Example:

    ```python
    for some in keras_muirf.evaluation.find_sets("test"):
        print(some.name, some.weather, len(some.source.names))
    ```
    """
    directory = Path(directory)
    sets = [
        _of_pairs(found, limit)
        for found in discover_pairs(directory)
        if any(pair.target is not None for pair in found.scan.pairs)
        or found.scan.missing
    ]
    clean = directory / "clean"
    for folder in sorted([clean, *clean.glob("*/")]):
        if folder.is_dir() and any(map(is_image_name, folder.iterdir())):
            sets += _of_photographs(folder, synthesize, limit)
    if not sets:
        raise FileNotFoundError(
            f"There is nothing to measure in {directory}. Needed are folders "
            "of pairs such as input/ and gt/, a benchmark, or photographs "
            "in clean/."
        )
    return sets


def _of_pairs(found, limit):
    if found.scan.missing:
        more = len(found.scan.missing) - 1
        raise ValueError(
            f"The set {found.name} is not complete: {found.scan.missing[0]}"
            f"{f' and {more} more' if more else ''}. `muirf data check "
            f"{found.folder}` lists all."
        )
    pairs = [pair for pair in found.scan.pairs if pair.target is not None]
    pairs = pairs[:limit]
    files = [path for pair in pairs for path in (pair.input, pair.target)]
    return EvaluationSet(
        found.name, PairSource(pairs, cache=False), found.weather, files
    )


def _of_photographs(folder, synthesize, limit):
    photographs = CleanFolder(folder, cache=False)
    photographs = photographs.subset(range(len(photographs))[:limit])
    whole = EvaluationSet(
        f"{folder.name} (clean)",
        Unweathered(photographs),
        weather=CLEAR,
        files=photographs.paths,
    )
    made = []
    for name, weather, arguments in SYNTHESIZED if synthesize else ():
        layer = getattr(weather_layers, weather.capitalize())
        some = dataclasses.replace(
            whole,
            name=f"{folder.name} (synthesized {name})",
            source=Synthesized(photographs, layer(seed=0, **arguments)),
            weather=weather,
            details=f"synthesized {name}, seed 0",
        )
        made.append(some)
    return [*made, whole]
