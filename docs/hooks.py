"""Lets MkDocs show the pages that stand elsewhere in the repository.

Changelog, contributing, security and the presets' model cards are read where
they are. `::: PACKAGE.*` on the API page stands for all that a package exports.
Links between them and the pages below docs/ are written for the
repository, where files are looked at one by one, and turned here into those of
the site.
"""

import ast
import pathlib
import posixpath
import re

from mkdocs.structure.files import File

ROOT = pathlib.Path(__file__).parents[1]
# From the path in the repository to the path in the site.
PAGES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    **{
        card.relative_to(ROOT).as_posix(): f"model_cards/{card.parent.name}.md"
        for card in sorted(ROOT.glob("keras_muirf/presets/*/README.md"))
    },
}
FAMILY = re.compile(r"^::: (\S+)\.\*$", re.MULTILINE)
LINK = re.compile(r"\]\(([^):#\s]+)(#[^)\s]*)?\)")


def on_files(files, config):
    """Adds the pages."""
    for source, place in PAGES.items():
        content = (ROOT / source).read_text()
        files.append(File.generated(config, place, content=content))
    return files


def members(package):
    """What a package imports as itself, as mkdocstrings asks for it."""
    folder = ROOT.joinpath(*package.split("."))
    for node in ast.parse(folder.joinpath("__init__.py").read_text()).body:
        if not isinstance(node, ast.ImportFrom) or node.module == package:
            continue
        for name in node.names:
            if name.name != name.asname:
                continue
            place = f"{package}.{name.name}"
            if folder.joinpath(f"{name.name}.py").exists():
                # A function; by its short name its module would be found.
                yield f"::: {place}.{name.name}"
                yield f'    options: {{heading: "{place}"}}'
            else:
                yield f"::: {place}"


def on_page_markdown(markdown, page, config, files):
    """Names what packages export, and turns links into those of the site."""
    markdown = FAMILY.sub(lambda match: "\n".join(members(match[1])), markdown)
    place = page.file.src_uri
    here = {site: source for source, site in PAGES.items()}.get(
        place, f"docs/{place}"
    )

    def relink(match):
        target, anchor = match[1], match[2] or ""
        target = posixpath.normpath(
            posixpath.join(posixpath.dirname(here), target)
        )
        target = PAGES.get(target, target.removeprefix("docs/"))
        path = posixpath.relpath(target, posixpath.dirname(place) or ".")
        return f"]({path}{anchor})"

    return LINK.sub(relink, markdown)
