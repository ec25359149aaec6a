"""Draws every benchmark in the layouts in which people have it.

A form lists the real names of a few files. `input | target` is a pair, one
name alone an image without target or a file of two halves. A third column
says more: `framed` (the target is larger than the input), `leaked`, or
`= NAME` (the target shows the scene that NAME shows). `[split]` begins a
split, and `name.txt < line` is a line of a list file.
"""

import zlib
from pathlib import Path

import numpy as np
import pyvips
from benchmark_forms import FORMS

SIZE = (16, 20)
FRAME = 2


def draw(name, folder, form=0):
    """Draws a benchmark's files into a folder.

    Args:
        name: String, the benchmark's.
        folder: Path, made if it is not there.
        form: Integer, which of `FORMS[name]`.

    Returns:
        A dictionary from each split to the lines of its pairs: tuples of the
        input's path, the target's (or `None`) and what the third column says.
    """
    return draw_form(FORMS[name][form], folder)


def draw_form(text, folder):
    """Draws the files of one form; see `draw`."""
    splits, lists = {}, {}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            pairs = splits.setdefault(line.strip("[]"), [])
        elif " < " in line:
            file, entry = line.split(" < ")
            lists.setdefault(file, []).append(entry)
        else:
            image, target, more = (*line.split(" | "), None, None)[:3]
            pairs.append((image, target, more or ""))
            _draw_pair(Path(folder), *pairs[-1])
    for file, entries in lists.items():
        path = Path(folder, file)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(entries) + "\n")
    return splits


def pictures(image, target, more):
    """The pixels of a pair.

    Args:
        image: String, the input's path.
        target: String, the target's, or `None`.
        more: String, the third column.

    Returns:
        The tuple of the picture with weather, brighter by an amount that
        depends on the input's name, and the one without.
    """
    scene = more.partition("= ")[2] or target or image
    rng = np.random.default_rng(zlib.crc32(scene.encode()))
    blocks = rng.integers(0, 180, (SIZE[0] // 4, SIZE[1] // 4, 3), "uint8")
    clean = blocks.repeat(4, 0).repeat(4, 1)
    return clean + np.uint8(20 + zlib.crc32(image.encode()) % 50), clean


def _draw_pair(folder, image, target, more):
    weathered, clean = pictures(image, target, more)
    if target is None:
        alone = image.startswith("realistic")
        halves = np.hstack([clean, weathered])
        save(folder / image, weathered if alone else halves)
        return
    save(folder / image, weathered)
    if "framed" in more:
        frame = ((FRAME, FRAME), (FRAME, FRAME), (0, 0))
        clean = np.pad(clean, frame, constant_values=255)
    save(folder / target, clean)


def save(path, image):
    """Writes a uint8 array; the suffix may be in capitals."""
    path.parent.mkdir(parents=True, exist_ok=True)
    suffix = path.suffix.lower()
    lossy = {".jpg": {"Q": 95}}.get(suffix, {})
    picture = pyvips.Image.new_from_array(image)
    path.write_bytes(picture.write_to_buffer(suffix, **lossy))
