import sys

import click

from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.quiet import quiet_startup
from muirf.words import one_line


@click.group(invoke_without_command=True)
@click.pass_context
def presets(context):
    """List the presets; add presets of one's own, and remove them."""
    if context.invoked_subcommand is None:
        _list()


@presets.command()
@click.argument("source", metavar="PATH_OR_URI")
@click.option("--name", help="Default: the last word of PATH_OR_URI.")
@click.option(
    "--overwrite",
    is_flag=True,
    help="Replace an added preset of that name.",
)
def add(source, name, overwrite):
    """Copy a preset to your own, by whose name it is then known.

    PATH_OR_URI is a folder, a .zip or .tar.gz archive, an https:// address of
    such an archive, or a handle with hf:// or kaggle://.
    """
    models = _models()
    try:
        with quiet_startup():
            added = models.add_preset(source, name, overwrite)
    except (ImportError, OSError, ValueError) as error:
        raise click.ClickException(one_line(error)) from error
    click.echo(f"Added {added}: muirf restore ... --preset {added}")


@presets.command()
@click.argument("name")
def remove(name):
    """Remove a preset that was added."""
    try:
        _models().remove_preset(name)
    except (OSError, ValueError) as error:
        raise click.ClickException(one_line(error)) from error
    click.echo(f"Removed {name}.")


def _models():
    choose_backend()
    with quiet_startup():
        return import_models()


def _list():
    models = _models()
    try:
        listed = models.list_presets()
    except (KeyError, OSError, ValueError) as error:
        raise click.ClickException(
            f"The presets of this installation are damaged ({one_line(error)}"
            "); install keras-muirf anew."
        ) from error
    rows = [_row(name, about) for name, about in sorted(listed.items())]
    if not _on_terminal():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table("Preset", "Weathers")
    table.add_column("Parameters", justify="right")
    table.add_column("Description", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    Console().print(table)


def _row(name, about):
    if "error" in about:
        return name, "-", "-", f"Damaged: {one_line(about['error'])}"
    return (
        name,
        ", ".join(about["weathers"]),
        f"{about['params']:,}",
        about["description"],
    )


def _on_terminal():
    return sys.stdout.isatty()
