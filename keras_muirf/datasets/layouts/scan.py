import dataclasses

from keras_muirf.datasets.layouts.image_pair import ImagePair


@dataclasses.dataclass
class Scan:
    """What one split holds, file by file.

    Args:
        split: String, its name.
        pairs: List of `keras_muirf.datasets.layouts.ImagePair`, by name.
        missing: List of strings: partners and listed files that are not
            there, each as a sentence.
        unused: List of paths: targets that belong to no input.
        strangers: List of paths: images whose names are not of this
            benchmark.
    """

    split: str
    pairs: list[ImagePair] = dataclasses.field(default_factory=list)
    missing: list[str] = dataclasses.field(default_factory=list)
    unused: list = dataclasses.field(default_factory=list)
    strangers: list = dataclasses.field(default_factory=list)
