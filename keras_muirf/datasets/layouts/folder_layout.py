import re

from keras_muirf.datasets.layouts.files import find
from keras_muirf.datasets.layouts.files import list_images
from keras_muirf.datasets.layouts.image_pair import AS_THEY_ARE
from keras_muirf.datasets.layouts.image_pair import ImagePair
from keras_muirf.datasets.layouts.scan import Scan


class FolderLayout:
    """Inputs in one folder, targets in another, paired by their names.

    Args:
        inputs: String, the folder of the inputs below the benchmark's, as
            `"test/Rain100L/input"`. Letter case plays no part, and `a|b` in
            place of a name means either.
        targets: String, the folder of the targets, or `None` where there are
            none.
        pattern: Regular expression for an input's name without suffix. What
            does not match all of it is a stranger. Defaults to any name.
        partner: The target's name, in the groups of `pattern`. Defaults to
            the input's.
        weather: String, or a callable from an input's name to one.
        form: See `keras_muirf.datasets.layouts.ImagePair`.
        leak: Regular expression for the names of targets that also stand in
            a test set, or `None`.
        recursive: Boolean. Names are paths through subfolders, joined
            by `/`.

    Example:

    ```python
    layout = FolderLayout(
        "in", "gt", r"(im_\\d+)_s\\d+_a\\d+", r"\\1", weather="rain"
    )
    layout.scan(pathlib.Path("outdoor_rain"), "train").pairs
    ```
    """

    def __init__(
        self,
        inputs,
        targets,
        pattern=r"(.+)",
        partner=r"\1",
        *,
        weather,
        form=AS_THEY_ARE,
        leak=None,
        recursive=False,
    ):
        self.inputs = inputs
        self.targets = targets
        self.pattern = re.compile(pattern, re.IGNORECASE)
        self.partner = partner
        self.weather = weather if callable(weather) else lambda name: weather
        self.form = form
        self.leak = re.compile(leak) if leak else None
        self.recursive = recursive

    def __str__(self):
        inputs = f"{self.inputs or '.'}/"
        if self.targets is None:
            return inputs
        if self.targets == self.inputs:
            return f"{inputs}, inputs and targets alike"
        return f"{inputs} with {self.targets or '.'}/"

    def scan(self, root, split):
        """Pairs all files by name.

        Args:
            root: Path of the benchmark's folder.
            split: String, the name of the split.

        Returns:
            A `keras_muirf.datasets.layouts.Scan`, or `None` if the folders
            are not there or no name in them fits.
        """
        folders = [
            None if path is None else find(root, path)
            for path in (self.inputs, self.targets)
        ]
        if folders[0] is None or not folders[0].is_dir():
            return None
        if self.targets is not None and (
            folders[1] is None or not folders[1].is_dir()
        ):
            return None
        inputs = list_images(folders[0], self.recursive)
        targets = {}
        if folders[1] is not None:
            targets = list_images(folders[1], self.recursive)
        in_any_case = {name.lower(): name for name in reversed(targets)}
        # Where both kinds lie in one folder each is a stranger to the other's
        # pattern only.
        shared = folders[0] == folders[1]
        scan, used = Scan(split), set()
        for name, paths in inputs.items():
            match = self.pattern.fullmatch(name)
            if not match:
                if not shared:
                    scan.strangers += paths
                continue
            partner = match.expand(self.partner)
            if partner not in targets:
                partner = in_any_case.get(partner.lower(), partner)
            used.add(partner)
            scan.strangers += paths[1:]
            if folders[1] is not None and partner not in targets:
                scan.missing.append(
                    f"{paths[0]} has no target {partner}.* in {folders[1]}"
                )
                continue
            scan.pairs.append(
                ImagePair(
                    name=name,
                    input=paths[0],
                    target=targets[partner][0] if targets else None,
                    weather=self.weather(name),
                    form=self.form,
                    leaked=bool(self.leak and self.leak.fullmatch(partner)),
                )
            )
        if not scan.pairs and not scan.missing:
            return None
        scan.unused = [
            path
            for name, paths in targets.items()
            if name not in used
            and not (shared and self.pattern.fullmatch(name))
            for path in paths
        ]
        return scan
