import dataclasses


@dataclasses.dataclass(frozen=True)
class DataReport:
    """What a check of pairs of images came to.

    Args:
        sets: List of `keras_muirf.datasets.PairSet` that were checked, their
            names distinct.
        files: Integer, how many files were decoded.
        problems: List of `keras_muirf.datasets.checking.Finding`.
        notes: List of the same, of things that are good to know but may
            well be as they are.
    """

    sets: list
    files: int
    problems: list
    notes: list
