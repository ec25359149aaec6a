"""Imports run downwards in the drawing of CONTRIBUTING.md."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DRAWING = re.search(
    r"^## The tree.*?^```\n(.*?)^```",
    ROOT.joinpath("CONTRIBUTING.md").read_text(),
    re.MULTILINE | re.DOTALL,
)[1]
LEVELS = [line.split() for line in DRAWING.splitlines() if "|" not in line]
HEIGHT = {part: -n for n, level in enumerate(LEVELS) for part in level}
# It names the backbone it belongs to, and is imported when it is asked for.
ALLOWED = {("layers", "models")}


def parts(tree):
    """The parts of the package that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module == "keras_muirf":
                yield from (name.name for name in node.names)
            elif module.startswith("keras_muirf."):
                yield module.split(".")[1]


@pytest.mark.parametrize(
    "path",
    [
        path.relative_to(ROOT)
        for folder in ("keras_muirf", "muirf", "recipes")
        for path in sorted(ROOT.joinpath(folder).rglob("*.py"))
        if path.relative_to(ROOT).as_posix() != "keras_muirf/__init__.py"
    ],
    ids=str,
)
def test_imports_run_downwards(path):
    own = path.parts[1] if path.parts[0] == "keras_muirf" else path.parts[0]
    own = own.removesuffix(".py")
    assert own in HEIGHT, f"{own} is not in the drawing of CONTRIBUTING.md"
    for part in parts(ast.parse(ROOT.joinpath(path).read_text())):
        if part in HEIGHT and part != own and (own, part) not in ALLOWED:
            assert HEIGHT[part] < HEIGHT[own], f"{own} imports {part}"
