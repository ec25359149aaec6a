from keras_muirf.datasets.layouts import Benchmark
from keras_muirf.datasets.layouts import FolderLayout

_SMALL = r"norain-(\d+)(?:x2)?", r"norain-\1"
_PLAIN = r"rain-(\d+)", r"norain-\1"


def rain100(name, title, counts):
    """Describes Rain100L or Rain100H; only the names of folders differ.

    Args:
        name: String, as in `tfds.load(name)`.
        title: String, `"Rain100L"` or `"Rain100H"`.
        counts: Dictionary from a split's name to its number of pairs.

    Returns:
        A `keras_muirf.datasets.layouts.Benchmark`.
    """

    def layout(inputs, targets, *names):
        return FolderLayout(inputs, targets, *names, weather="rain")

    def small(split):
        folder = f"{split}/small"
        return layout(f"{folder}/rain", f"{folder}/norain", *_SMALL)

    train = f"RainTrain{title[-1]}"
    return Benchmark(
        name=name,
        title=title,
        splits={
            "train": (layout(train, train, *_PLAIN), small("train")),
            "test": (
                layout(f"{title}/rainy", title, *_PLAIN),
                layout(f"test/{title}/input", f"test/{title}/target"),
                layout(f"{title}/input", f"{title}/target"),
                small("test"),
            ),
        },
        counts=counts,
    )
