import ipaddress
import logging
import socket

import click
import numpy as np
import uvicorn

from muirf.serving.app import create_app
from muirf.serving.json_logs import log_as_json
from muirf.serving.restoration_service import RestorationService

LOG = logging.getLogger("muirf.serving")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def run(restorer, preset, limits, host, port, hosts, tile, batch, page, ready):
    """Serves until the process is told to end.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        preset: string, the preset's name.
        limits: `Limits`.
        host: string. The address to listen on.
        port: int. The port, 0 for any that is free.
        hosts: strings. Names under which clients may address the server.
        tile: as in `keras_muirf.restoration.restore_photograph`.
        batch: as in `keras_muirf.restoration.restore_photograph`.
        page: bool. Whether there is a page for the browser.
        ready: function that is told the address once clients can connect.

    Raises:
        click.ClickException: the address cannot be listened on.
    """
    service = RestorationService(restorer, limits, tile, batch)
    # The first image waits for nothing but its own size to be compiled.
    restorer.restore(np.zeros((64, 64, 3), "uint8"))
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family)
    except OSError as error:
        raise click.ClickException(
            f"The server cannot listen on {host}, port {port} "
            f"({error.strerror or error}); choose another with --host or "
            "--port."
        ) from error
    with listening:
        log_as_json()
        loopback = _is_loopback(host)
        hosts = tuple(hosts) or (_LOOPBACK if loopback else ("*",))
        app = create_app(service, limits, preset, hosts, page)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            limit_concurrency=limits.connections,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=10,
            server_header=False,
        )
        named = f"[{host}]" if ":" in host else host
        address = f"http://{named}:{listening.getsockname()[1]}"
        if not loopback:
            LOG.warning(
                "everybody who reaches this address can use the server: put "
                "it behind one that knows who may",
                extra={"address": address},
            )
        LOG.info("serving", extra={"address": address, "preset": preset})
        ready(address)
        uvicorn.Server(config).run(sockets=[listening])


def _is_loopback(host):
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
