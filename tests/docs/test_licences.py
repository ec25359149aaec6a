"""The page on licences has every package that is installed for users."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_FOR_USERS = ("all", "docs", "test")


def test_every_dependency_is_listed():
    project = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text())
    project = project["project"]
    needed = list(project["dependencies"])
    for extra, packages in project["optional-dependencies"].items():
        if extra not in NOT_FOR_USERS:
            needed += packages
    page = ROOT.joinpath("docs", "licences.md").read_text()
    names = {re.match(r"[\w.-]+", package)[0] for package in needed}
    names.discard("keras-muirf")
    assert not [name for name in sorted(names) if f"`{name}`" not in page]
