import re

from keras_muirf.datasets.layouts.files import find
from keras_muirf.datasets.layouts.image_pair import ImagePair
from keras_muirf.datasets.layouts.scan import Scan


class ListLayout:
    """Pairs that a text file lists, one on a line.

    A line is an input and its target, or an input alone, whose target then is
    the same path with a folder changed. Lines may begin with `./`, `/` or a
    folder of the benchmark that is or is not there.

    Args:
        file: String, the list's path below the benchmark's folder.
        folders: The names of the folders of inputs and of targets, for lines
            with one path. Defaults to `("input", "gt")`.
        bases: Folders below the benchmark's that paths may begin at, or with.
            Defaults to none but the benchmark's own.
        weather: String, or a callable from an input's name to one.
        leak: Regular expression for the names of targets that also stand in
            a test set, or `None`.

    Example:

    ```python
    layout = ListLayout("real_test_1000.txt", weather="rain")
    layout.scan(pathlib.Path("spa_data"), "test").missing
    ```
    """

    def __init__(
        self, file, folders=("input", "gt"), bases=(), *, weather, leak=None
    ):
        self.file = file
        self.folders = folders
        self.bases = ("", *bases)
        self.weather = weather if callable(weather) else lambda name: weather
        self.leak = re.compile(leak) if leak else None

    def __str__(self):
        return f"{self.file} and the files that it lists"

    def scan(self, root, split):
        """Looks up every line; see `FolderLayout.scan`."""
        file = find(root, self.file)
        if file is None or file.is_dir():
            return None
        scan, names, listings = Scan(split), set(), {}
        for number, line in enumerate(file.read_text().splitlines(), 1):
            paths = self._paths(line)
            if not paths:
                continue
            found = [self._find(root, path, listings) for path in paths]
            lost = [p for p, f in zip(paths, found, strict=True) if f is None]
            if lost:
                scan.missing.append(
                    f"line {number} of {file} names {', '.join(lost)}, which "
                    f"{'is' if len(lost) == 1 else 'are'} not there"
                )
                continue
            name = re.sub(r"\.\w+$", "", paths[0])
            if name in names:
                scan.missing.append(
                    f"line {number} of {file} names {paths[0]} again"
                )
                continue
            names.add(name)
            stem = found[1].stem
            scan.pairs.append(
                ImagePair(
                    name=name,
                    input=found[0],
                    target=found[1],
                    weather=self.weather(name),
                    leaked=bool(self.leak and self.leak.fullmatch(stem)),
                )
            )
        return scan if scan.pairs or scan.missing else None

    def _paths(self, line):
        """The input's and the target's path on a line."""
        paths = [_relative(path) for path in line.split()]
        if len(paths) == 1:
            here, there = self.folders
            parts = [there if p == here else p for p in paths[0].split("/")]
            paths.append("/".join(parts))
        return paths[:2]

    def _find(self, root, path, listings):
        shorter = (path.removeprefix(f"{base}/") for base in self.bases if base)
        paths = dict.fromkeys((path, *shorter))
        for base in self.bases:
            for path in paths:
                below = f"{base}/{path}" if base else path
                found = find(root, below, listings)
                if found is not None:
                    return found
        return None


def _relative(path):
    return "/".join(p for p in path.split("/") if p not in ("", "."))
