import sys

import click

from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.backend import one_line
from muirf.quiet import quiet_startup


@click.command()
def presets():
    """List the presets that come with the package."""
    choose_backend()
    try:
        with quiet_startup():
            listed = import_models().list_presets()
    except (OSError, ValueError) as error:
        raise click.ClickException(
            f"The presets of this installation are damaged ({one_line(error)}"
            "); install keras-muirf anew."
        ) from error
    rows = [
        (
            name,
            ", ".join(about["weathers"]),
            f"{about['params']:,}",
            about["description"],
        )
        for name, about in sorted(listed.items())
    ]
    if not _on_terminal():
        for row in rows:
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table("Preset", "Weathers")
    table.add_column("Parameters", justify="right")
    table.add_column("Description")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _on_terminal():
    return sys.stdout.isatty()
