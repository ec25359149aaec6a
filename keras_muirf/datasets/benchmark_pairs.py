from pathlib import Path

from keras_muirf.datasets.catalogue import BENCHMARKS
from keras_muirf.datasets.pair_source import PairSource


class BenchmarkPairs(PairSource):
    """One split of a benchmark, straight from the files of its download.

    Which files are a pair is decided by the benchmark's own rules, in any of
    the forms in which it is passed on: see
    `keras_muirf.datasets.catalogue.BENCHMARKS`.

    Args:
        name: String, the benchmark's name there, as `"rain100l"`.
        directory: Path of the benchmark's folder, or of one that has it in
            it.
        split: String, the name of the split.
        weather: String, for benchmarks of several weathers: the one that is
            wanted. Defaults to the only one.
        keep_leak: Boolean. Keep pairs whose scene also stands in a test set,
            where that is known. Defaults to `False`.
        scene: `None`, or a callable from a pair's name to the name of its
            scene; see `split`. By default inputs that share a target show
            one scene.
        cache: Boolean, whether to keep decoded images in memory. Defaults to
            `True`.

    Item `i` is the tuple `(input, target)` of uint8 RGB arrays
    `(height, width, 3)`.

    Raises:
        FileNotFoundError: If the benchmark or the split is not in the folder.
        ValueError: If there is no such benchmark, split or weather, if files
            are missing, or if the split has no targets.

    Example:

    ```python
    rain = keras_muirf.datasets.BenchmarkPairs("rain100l", "data", "train")
    train, validation = rain.split(0.1, seed=0)
    ```
    """

    def __init__(
        self,
        name: str,
        directory,
        split: str,
        weather: str | None = None,
        keep_leak: bool = False,
        scene=None,
        cache: bool = True,
    ):
        if name not in BENCHMARKS:
            raise ValueError(
                f"There is no benchmark {name!r}. Known are "
                f"{', '.join(sorted(BENCHMARKS))}."
            )
        self.benchmark = BENCHMARKS[name]
        if split not in self.benchmark.splits:
            raise ValueError(
                f"{self.benchmark.title} has the splits "
                f"{', '.join(self.benchmark.splits)}. Received: "
                f"split={split!r}"
            )
        self.directory = self.benchmark.find(Path(directory), others=BENCHMARKS)
        scan = self.benchmark.scan(self.directory).get(split)
        _require_complete(self.benchmark, self.directory, split, scan)
        pairs = of_weather(
            scan.pairs, weather, f"{self.benchmark.title} ({split})"
        )
        if not keep_leak:
            pairs = [pair for pair in pairs if not pair.leaked]
        super().__init__(pairs, weather=weather, scene=scene, cache=cache)


def of_weather(pairs, weather, what):
    """Takes the pairs of one weather.

    Args:
        pairs: List of objects with an attribute `weather`.
        weather: String, or `None` where there is only one.
        what: String, what is read, for the error.

    Returns:
        A list.

    Raises:
        ValueError: If there is none of that weather, or several weathers and
            none is chosen.
    """
    weathers = sorted({pair.weather for pair in pairs})
    if weather is None and len(weathers) == 1:
        return pairs
    if weather not in weathers:
        raise ValueError(
            f"{what} has the weathers {', '.join(weathers)}; choose one with "
            f"`weather`. Received: weather={weather!r}"
        )
    return [pair for pair in pairs if pair.weather == weather]


def _require_complete(benchmark, directory, split, scan):
    if scan is None:
        raise FileNotFoundError(
            f"The split {split} of {benchmark.title} is not in {directory}. "
            f"Expected there:\n{benchmark.expected()}"
        )
    if scan.missing:
        more = len(scan.missing) - 1
        raise ValueError(
            f"{benchmark.title} ({split}) is not complete: {scan.missing[0]}"
            f"{f', and {more} more' if more else ''}. "
            f"`muirf data check {directory}` lists all."
        )
    if not any(pair.target for pair in scan.pairs):
        raise ValueError(
            f"{benchmark.title} ({split}) has no targets, so that there are "
            "no pairs to train on or to measure."
        )
