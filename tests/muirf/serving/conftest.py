import contextlib
import io
import threading
import time

import httpx
import pytest
import uvicorn
from PIL import Image

from keras_muirf.models import MUIRFImageRestorer
from muirf.serving.app import create_app
from muirf.serving.limits import Limits
from muirf.serving.restoration_service import RestorationService


@pytest.fixture(scope="session")
def restorer(preset):
    return MUIRFImageRestorer.from_preset(preset)


@pytest.fixture
def serve(restorer):
    """Starts a server in this process and gives a client of it."""
    with contextlib.ExitStack() as stack:

        def serve(service=None, page=False, hosts=("*",), tile="auto", **some):
            limits = Limits(**some)
            service = service or RestorationService(restorer, limits, tile)
            app = create_app(service, limits, "small", hosts, page)
            return stack.enter_context(_served(app))

        yield serve


@contextlib.contextmanager
def _served(app):
    config = uvicorn.Config(
        app, port=0, log_config=None, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as it:
        yield it
    server.should_exit = True
    thread.join()


@pytest.fixture
def photo(rng):
    """A photograph as the bytes of a file."""

    def photo(file_format="png", size=(24, 40), **options):
        pixels = rng.integers(0, 256, (*size, 3), dtype="uint8")
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, file_format, **options)
        return file.getvalue()

    return photo
