import dataclasses

from keras_muirf.datasets.benchmark_pairs import of_weather
from keras_muirf.datasets.image_source import ImageSource

# Records that are in memory at once while names are read.
_RECORDS = 64
_IMAGES = ("input", "target")
_TEXTS = ("weather", "name")


class TFDSPairs(ImageSource):
    """Pairs from a dataset that TensorFlow Datasets prepared.

    Examples are read in any order from files in the format `array_record`,
    by `tfds.data_source`, without TensorFlow. They have the features `input`
    and `target`, images of equal size, and may have the texts `weather` and
    `name`, as the benchmarks of `keras_muirf.datasets.catalogue` do. These
    are read once for all examples when the source is opened.

    Args:
        builder: String, a builder's name as in `tfds.builder(name)`, or a
            `tfds.core.DatasetBuilder`.
        split: String, as TFDS writes it: `"train"`, `"train[:10%]"`.
        weather: String, the one wanted, where examples have several, or the
            weather of all, where they have no feature `weather`. Defaults to
            the only one.
        data_dir: `None`, or the path of the prepared data, with a name.
        scene: `None`, or a callable from an example's name to the name of
            its scene; see `split`. With `None` every example is a scene of
            its own: prepared data does not tell which share a target.
        cache: Boolean, whether to keep decoded images in memory. Defaults to
            `True`.

    Item `i` is the tuple `(input, target)` of uint8 RGB arrays
    `(height, width, 3)`.

    Raises:
        ImportError: If TensorFlow Datasets is not installed.
        FileNotFoundError: If the data is not prepared.
        ValueError: If it is in another format, has other features, or has no
            such split or weather.

    Example:

    ```python
    import tensorflow_datasets as tfds

    builder = tfds.builder("rain100l", file_format="array_record")
    builder.download_and_prepare()
    rain = keras_muirf.datasets.TFDSPairs(builder, "train")
    ```
    """

    def __init__(
        self,
        builder,
        split: str,
        weather: str | None = None,
        data_dir=None,
        scene=None,
        cache: bool = True,
    ):
        if isinstance(builder, str):
            builder = _find_builder(builder, data_dir)
        _require_pairs(builder, weather)
        self.builder = builder
        labels = _read_labels(_open(builder, split, _TEXTS), weather)
        what = f"{builder.info.full_name} ({split})"
        self._places = {
            label.name: label.place
            for label in of_weather(labels, weather, what)
        }
        self.weather = weather or labels[0].weather
        self._examples = _open(builder, split, _IMAGES)
        super().__init__(self._places, scene=scene, cache=cache)

    def read(self, name: str):
        """Decodes one pair.

        Args:
            name: String, the example's name.

        Returns:
            The tuple `(input, target)` of uint8 arrays
            `(height, width, 3)`.
        """
        example = self._examples[self._places[name]]
        return example["input"], example["target"]

    def pairs(self):
        """Goes through all pairs at their native sizes.

        Yields:
            Tuples `(name, input, target)`: a string and two uint8 arrays
            `(height, width, 3)`.
        """
        for index, name in enumerate(self.names):
            yield (name, *self[index])


@dataclasses.dataclass(frozen=True)
class _Label:
    """What is known of an example without decoding its images."""

    place: int
    name: str
    weather: str


def _import_tfds():
    try:
        import tensorflow_datasets as tfds
    except ImportError as error:
        raise ImportError(
            "Reading prepared data needs TensorFlow Datasets: "
            'pip install "keras-muirf[datasets]"'
        ) from error
    return tfds


def _find_builder(name, data_dir):
    tfds = _import_tfds()
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.registered.DatasetNotFoundError as error:
        raise ValueError(
            f"TensorFlow Datasets knows no builder {name!r}; check the name, "
            "or import the module that defines it."
        ) from error


def _require_pairs(builder, weather):
    features = builder.info.features
    if not builder.info.splits:
        raise FileNotFoundError(
            f"{builder.info.full_name} is not prepared in "
            f"{builder.data_dir}. Prepare it with `download_and_prepare()`, "
            'file_format="array_record".'
        )
    if not {"input", "target"} <= set(features):
        raise ValueError(
            "Pairs are read from the features `input` and `target`, and "
            f"{builder.info.full_name} has {', '.join(features)}."
        )
    if weather is None and "weather" not in features:
        raise ValueError(
            f"{builder.info.full_name} has no feature `weather`; say with the "
            "argument `weather` which one all its inputs show."
        )


def _open(builder, split, wanted):
    """Opens a split for reading some of its features alone."""
    tfds = _import_tfds()
    skipped = {
        name: tfds.decode.SkipDecoding()
        for name in builder.info.features
        if name not in wanted
    }
    try:
        return builder.as_data_source(split, decoders=skipped)
    except NotImplementedError as error:
        raise ValueError(
            f"{builder.info.full_name} in {builder.data_dir} is prepared as "
            f"{builder.info.file_format.value}, which cannot be read in any "
            'order. Prepare it with file_format="array_record", in another '
            "`data_dir`."
        ) from error


def _read_labels(examples, weather):
    """Reads names and weathers; those that are not there are made up."""
    labels = []
    for start in range(0, len(examples), _RECORDS):
        places = range(start, min(start + _RECORDS, len(examples)))
        for place, example in zip(
            places, examples.__getitems__(list(places)), strict=True
        ):
            labels.append(
                _Label(
                    place,
                    _text(example.get("name", str(place))),
                    _text(example.get("weather", weather)),
                )
            )
    if len({label.name for label in labels}) < len(labels):
        # Names that are unique in one weather only, as in merged data.
        labels = [
            dataclasses.replace(label, name=f"{label.name}#{label.place}")
            for label in labels
        ]
    return labels


def _text(value):
    return value.decode() if isinstance(value, bytes) else value
