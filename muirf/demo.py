import webbrowser

import click

from muirf.serve import serve_until_told
from muirf.serve import serving_options


@click.command()
@serving_options
@click.option(
    "--browser/--no-browser",
    default=True,
    show_default=True,
    help="Whether to open the page.",
)
def demo(browser, **settings):
    """Open a page in the browser to try the restoration on.

    Drop a photograph or a clip on it. Nothing leaves this machine.
    """

    def ready(address):
        click.echo(f"The page is at {address}; Ctrl-C ends it.", err=True)
        if browser:
            webbrowser.open(address)

    serve_until_told(page=True, ready=ready, **settings)
