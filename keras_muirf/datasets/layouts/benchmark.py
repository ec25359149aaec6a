import dataclasses

# Deeper than this no folder of a download is looked for.
_DEPTH = 3


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """A benchmark's splits and the forms in which people have them.

    Args:
        name: String, as in `tfds.load(name)`.
        title: String, as papers write it.
        splits: Dictionary from a split's name to its layouts, any one of
            which will do, in the order in which they are tried.
        counts: Dictionary from a split's name to the number of pairs of the
            original download, where it is known.

    Example:

    ```python
    benchmark = keras_muirf.datasets.catalogue.BENCHMARKS["rain100l"]
    root = benchmark.find(pathlib.Path("downloads"))
    for split, scan in benchmark.scan(root).items():
        print(split, len(scan.pairs))
    ```
    """

    name: str
    title: str
    splits: dict
    counts: dict = dataclasses.field(default_factory=dict)

    def scan(self, root):
        """Reads the folder of the benchmark.

        Args:
            root: Path of the folder that the layouts' paths begin at.

        Returns:
            A dictionary from the name of each split that is there to its
            `keras_muirf.datasets.layouts.Scan`; empty if none is.
        """
        found = {}
        for split, layouts in self.splits.items():
            scan = _first_that_fits(layouts, root, split)
            if scan is not None:
                found[split] = scan
        return found

    def part(self, splits):
        """Picks splits out of the benchmark.

        Args:
            splits: Dictionary from new names to names of splits here.

        Returns:
            A `Benchmark` of these alone.
        """
        return dataclasses.replace(
            self,
            splits={new: self.splits[old] for new, old in splits.items()},
            counts={
                new: self.counts[old]
                for new, old in splits.items()
                if old in self.counts
            },
        )

    def find(self, directory, others=()):
        """Finds the benchmark's folder in a folder of downloads.

        A folder of the benchmark's name or title is tried first, then
        `directory` itself, then those in it, level by level.

        Args:
            directory: Path of a folder.
            others: Names of folders to pass over, those of other benchmarks,
                which may lie in the same way. Case and punctuation play no
                part.

        Returns:
            The path.

        Raises:
            FileNotFoundError: If the benchmark is not there; the message
                tells what it would look like.
        """
        places = [directory] if directory.is_dir() else []
        names = {_letters(self.name), _letters(self.title)}
        others = set(map(_letters, others)) - names
        own = [
            folder
            for place in places
            for folder in _folders(place)
            if _letters(folder.name) in names
        ]
        for place in own + places:
            found = self._search(place, others)
            if found is not None:
                return found
        raise FileNotFoundError(
            f"{self.title} is not in {directory}. Expected, in it or in a "
            f"folder of it:\n{self.expected()}"
        )

    def _search(self, place, others):
        level = [place]
        for _ in range(_DEPTH):
            for folder in level:
                if self.scan(folder):
                    return folder
            level = [
                child
                for folder in level
                for child in _folders(folder)
                if _letters(child.name) not in others
            ]
        return None

    def expected(self):
        """A line for each split that tells its files."""
        return "\n".join(
            f"  {split}: {' or '.join(map(str, layouts))}"
            for split, layouts in self.splits.items()
        )


def _first_that_fits(layouts, root, split):
    """The first layout with pairs, else the first that misses files."""
    incomplete = None
    for layout in layouts:
        scan = layout.scan(root, split)
        if scan is not None and scan.pairs:
            return scan
        incomplete = incomplete or scan
    return incomplete


def _folders(folder):
    return [
        child
        for child in sorted(folder.iterdir())
        if child.is_dir() and not child.name.startswith((".", "__"))
    ]


def _letters(name):
    return "".join(filter(str.isalnum, name.lower()))
