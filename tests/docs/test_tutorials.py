"""Tutorials run, and their pages show the scripts as they are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted(ROOT.glob("docs/tutorials/*.py"))
# The environment in which Beam is has a test of its own, in tests/beam.
HERE = [path for path in SCRIPTS if path.stem != "bulk_on_beam"]


def test_every_page_has_its_script_and_a_place_in_the_site():
    pages = sorted(ROOT.glob("docs/tutorials/*.md"))
    assert [p.stem for p in pages] == [p.stem for p in SCRIPTS]
    places = ROOT.joinpath("mkdocs.yml").read_text()
    assert all(f"tutorials/{page.name}" in places for page in pages)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_the_page_shows_the_script(path):
    jupytext = pytest.importorskip("jupytext")
    page, place = path.with_suffix(".md").read_text(), 0
    for cell in jupytext.read(path).cells:
        source = cell.source.strip("\n")
        if cell.cell_type == "code":
            source = f"```python\n{source}\n```"
        found = page.find(source, place)
        assert found >= 0, f"Render it again; this is not on the page: {source}"
        place = found + len(source)


@pytest.mark.slow
@pytest.mark.parametrize("path", HERE, ids=lambda path: path.stem)
def test_runs(path, tmp_path):
    pytest.importorskip("matplotlib")
    process = subprocess.run(
        [sys.executable, Path(__file__).with_name("short_fit.py"), path],
        cwd=tmp_path,
        env={
            **os.environ,
            "MPLBACKEND": "Agg",
            "PATH": os.pathsep.join(
                [os.path.dirname(sys.executable), os.environ["PATH"]]
            ),
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert process.stdout
