"""Runs tutorials and writes them down as pages, with what they print and draw.

    KERAS_BACKEND=torch python docs/render_tutorials.py [NAME...]

Each `docs/tutorials/NAME.py` is a plain script in which `# %%` begins a cell.
Its page is `NAME.md`, with pictures in `images/`. A page is plain Markdown, so
that any generator of sites can take it.
"""

import base64
import os
import pathlib
import sys
import tempfile

import jupytext
import nbclient
import pyvips

TUTORIALS = pathlib.Path(__file__).parent / "tutorials"
QUALITY = 85


def execute(path):
    """The notebook of a script, with its outputs."""
    notebook = jupytext.read(path)
    with tempfile.TemporaryDirectory() as folder:
        nbclient.NotebookClient(
            notebook,
            timeout=1800,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
        ).execute()
    return notebook


def printed(cell):
    """What a cell wrote to standard output."""
    return "".join(
        output.text
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )


def pictures(cell):
    """The pictures that a cell drew, as PNG."""
    for output in cell.outputs:
        png = output.get("data", {}).get("image/png")
        if png:
            yield base64.b64decode(png)


def save_picture(png, path):
    path.parent.mkdir(exist_ok=True)
    picture = pyvips.Image.new_from_buffer(png, "").flatten(background=255)
    picture.webpsave(str(path), Q=QUALITY, effort=6)


def blocks(path, notebook):
    """The blocks of the page, in order; pictures are saved on the way."""
    drawn = 0
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            yield cell.source
            continue
        yield "```python\n" + cell.source.strip("\n") + "\n```"
        if text := printed(cell).strip("\n"):
            yield f"```text\n{text}\n```"
        for png in pictures(cell):
            drawn += 1
            place = f"images/{path.stem}_{drawn}.webp"
            save_picture(png, path.parent / place)
            yield f"![What the code above draws]({place})"


def write_page(path):
    """Runs a script and writes its page."""
    notebook = execute(path)
    for old in path.parent.glob(f"images/{path.stem}_*.webp"):
        old.unlink()
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    page = "\n\n".join(blocks(path, notebook))
    page += (
        f"\n\n*Made by running [{path.name}]({path.name}) with "
        f"`KERAS_BACKEND={backend}` on a CPU.*\n"
    )
    page = "\n".join(line.rstrip() for line in page.split("\n"))
    path.with_suffix(".md").write_text(page)


def main():
    # Commands of the package are those of this environment.
    bin = os.path.dirname(sys.executable)
    os.environ["PATH"] = os.pathsep.join([bin, os.environ["PATH"]])
    names = sys.argv[1:] or sorted(p.stem for p in TUTORIALS.glob("*.py"))
    unknown = [n for n in names if not (TUTORIALS / f"{n}.py").is_file()]
    if unknown:
        sys.exit(f"There is no tutorial {', '.join(unknown)} in {TUTORIALS}.")
    for name in names:
        path = TUTORIALS / f"{name}.py"
        write_page(path)
        print(path.with_suffix(".md"), flush=True)


if __name__ == "__main__":
    main()
