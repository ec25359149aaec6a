import click

from muirf import options
from muirf.backend import choose_backend
from muirf.backend import import_models
from muirf.loading import load_restorer
from muirf.quiet import quiet_startup
from muirf.words import one_line

serving_options = options.together(
    options.preset,
    options.backend,
    click.option(
        "--host",
        default="127.0.0.1",
        show_default=True,
        help="Address to listen on; the default is reached from this "
        "machine alone.",
    ),
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8000,
        show_default=True,
        help="0 for any that is free.",
    ),
    click.option(
        "--allow-host",
        metavar="NAME",
        multiple=True,
        help="Name by which clients may address the server; may be given "
        "again. Default: localhost, or all with another --host.",
    ),
    options.tile,
    options.batch,
    click.option(
        "--max-megabytes",
        type=click.IntRange(min=1),
        metavar="N",
        default=64,
        show_default=True,
        help="The largest file that is taken.",
    ),
    options.max_megapixels(50.0),
    click.option(
        "--upload-timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        default=30,
        show_default=True,
        help="How long a file may take to arrive.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        metavar="SECONDS",
        default=300,
        show_default=True,
        help="How long a file may wait and be worked on.",
    ),
    click.option(
        "--queue",
        type=click.IntRange(min=1),
        metavar="N",
        default=8,
        show_default=True,
        help="How many files are taken at a time; more are told to come "
        "again later.",
    ),
    click.option(
        "--connections",
        type=click.IntRange(min=1),
        metavar="N",
        default=64,
        show_default=True,
        help="How many clients may be connected.",
    ),
)


@click.command()
@serving_options
def serve(**settings):
    """Serve restoration over HTTP, to programs.

    The interface is described at /docs and /openapi.json. Logs are lines of
    JSON on standard error.
    """
    serve_until_told(page=False, ready=lambda address: None, **settings)


def serve_until_told(
    page,
    ready,
    preset,
    backend,
    host,
    port,
    allow_host,
    tile,
    batch,
    max_megabytes,
    max_megapixels,
    upload_timeout,
    timeout,
    queue,
    connections,
):
    """Loads a preset and serves until the process is told to end."""
    choose_backend(backend)
    with quiet_startup():
        import_models()
    restorer = load_restorer(preset, tile)
    try:
        with quiet_startup():
            from muirf.serving.limits import Limits
            from muirf.serving.run import run
    except ImportError as error:
        raise click.ClickException(
            f"Serving needs more packages ({one_line(error)}): "
            'pip install "keras-muirf[serve]"'
        ) from error
    limits = Limits(
        max_megabytes,
        max_megapixels,
        upload_timeout,
        timeout,
        queue,
        connections,
    )
    run(
        restorer,
        preset,
        limits,
        host,
        port,
        allow_host,
        tile,
        batch,
        page,
        ready,
    )
