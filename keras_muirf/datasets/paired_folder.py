from pathlib import Path

from keras_muirf.datasets.image_source import list_images
from keras_muirf.datasets.layouts import ImagePair
from keras_muirf.datasets.pair_source import PairSource
from keras_muirf.libvips import pyvips
from keras_muirf.weathers import require_weather


class PairedFolder(PairSource):
    """Images with weather and the same scenes without it.

    The folder holds two others, `input` and `gt`; a file in one belongs to
    the file in the other that has the same name without the suffix. Files
    are never paired by their order.

    Args:
        directory: Path of the folder that holds `input` and `gt`.
        weather: String, the weather of all inputs: one of
            `keras_muirf.WEATHERS`, or one of your own.
        scene: `None`, or a callable from a file's name without suffix to the
            name of its scene. Needed where several files show one scene
            (drops of different strength, tiles of one photograph), so that
            `split` keeps them together.
        cache: Boolean, whether to keep decoded images in memory. Defaults to
            `True`.

    Item `i` is the tuple `(input, target)` of uint8 RGB arrays
    `(height, width, 3)`.

    Raises:
        FileNotFoundError: If a folder is missing or has no image.
        ValueError: If an image has no partner, two partners differ in size,
            two images of one folder differ by their suffix only, or
            `weather` is no word.

    Example:

    ```python
    rain = keras_muirf.datasets.PairedFolder(
        "rain1400", "rain", scene=lambda name: name.split("_")[0]
    )
    train, validation = rain.split(0.1, seed=0)
    for name, input, target in validation.pairs():
        print(name, input.shape)
    ```
    """

    def __init__(self, directory, weather: str, scene=None, cache: bool = True):
        require_weather(weather)
        self.directory = Path(directory)
        inputs = list_images(self.directory / "input")
        targets = list_images(self.directory / "gt")
        _require_partners(self.directory, inputs, targets)
        _require_equal_sizes(inputs, targets)
        super().__init__(
            (
                ImagePair(name, path, targets[name], weather)
                for name, path in inputs.items()
            ),
            scene=scene,
            cache=cache,
        )


def _require_partners(directory, inputs, targets):
    problems = []
    for here, there, other in (
        (inputs, targets, "gt"),
        (targets, inputs, "input"),
    ):
        alone = [str(here[name]) for name in here if name not in there]
        if alone:
            problems.append(f"without a partner in `{other}`: {few(alone)}")
    if problems:
        raise ValueError(
            f"Every image in {directory} needs a partner of the "
            "same name in `input` and in `gt`; " + "; ".join(problems)
        )


def _require_equal_sizes(inputs, targets):
    unequal = []
    for name, path in inputs.items():
        try:
            input_size = displayed_size(path)
            target_size = displayed_size(targets[name])
        except pyvips.Error:
            # A damaged file; it is named and set aside when it is drawn.
            continue
        if input_size != target_size:
            unequal.append(
                f"{path} is {input_size[0]}x{input_size[1]} and "
                f"{targets[name]} {target_size[0]}x{target_size[1]}"
            )
    if unequal:
        raise ValueError(
            "The images of a pair have to be equally large, and no size "
            f"is changed silently: {few(unequal)}"
        )


def displayed_size(path):
    """Returns (width, height) once the EXIF orientation is applied.

    Only the header is read.
    """
    # Through a source, because libvips reads options from file names such as
    # "photo[1].jpg".
    source = pyvips.Source.new_from_file(str(path))
    image = pyvips.Image.new_from_source(source, "")
    if image.get_typeof("orientation") and image.get("orientation") >= 5:
        return image.height, image.width
    return image.width, image.height


def few(texts, limit=5):
    """Joins the first texts and says how many more there are."""
    more = len(texts) - limit
    return ", ".join(texts[:limit]) + (f" and {more} more" if more > 0 else "")
