import http.server
import shutil
import ssl
import subprocess
import threading

import pytest

from keras_muirf.models import preset_download
from keras_muirf.models.preset_download import download

CONTENT = bytes(range(256)) * 20


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.strip("/")
        if name in ("http://other", "file:///etc/hostname"):
            self.send_response(302)
            self.send_header("Location", name)
            self.end_headers()
        elif name == "moved":
            self.send_response(302)
            self.send_header("Location", "/file")
            self.end_headers()
        elif name in ("file", "cut", "endless"):
            self.send_response(200)
            if name != "endless":
                length = len(CONTENT) + (name == "cut")
                self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(CONTENT)
        elif name == "silent":
            self.server.stopped.wait(10)
        else:
            self.send_error(404)

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this computer, and its key, in one file."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    path = tmp_path_factory.mktemp("certificate") / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", path, "-out", path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    path.write_text(path.read_text() + path.with_suffix(".crt").read_text())
    return path


@pytest.fixture
def server(certificate, monkeypatch):
    """The address of a server that speaks https."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    served = http.server.ThreadingHTTPServer(("localhost", 0), Handler)
    served.socket = context.wrap_socket(served.socket, server_side=True)
    served.stopped = threading.Event()
    threading.Thread(target=served.serve_forever, daemon=True).start()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("no_proxy", "localhost")
    yield f"https://localhost:{served.server_address[1]}"
    served.stopped.set()
    served.shutdown()
    served.server_close()


def test_a_file_is_fetched(server, tmp_path):
    for name in ("file", "moved", "endless"):
        download(f"{server}/{name}", tmp_path / name, len(CONTENT))
        assert (tmp_path / name).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "name, words",
    [
        ("missing", "404"),
        ("cut", "not fetched whole: 5120 of 5121 bytes"),
        ("http://other", "leads to http://other/, which is not https"),
        ("file:///etc/hostname", "file:///etc/hostname' is not allowed"),
    ],
)
def test_what_cannot_be_fetched_is_a_sentence(server, tmp_path, name, words):
    with pytest.raises(ValueError, match=words):
        download(f"{server}/{name}", tmp_path / "file", 10_000)


@pytest.mark.parametrize("name", ["file", "endless"])
def test_no_more_than_the_limit_is_fetched(server, tmp_path, name):
    with pytest.raises(ValueError, match="larger than"):
        download(f"{server}/{name}", tmp_path / "file", len(CONTENT) - 1)


def test_a_silent_server_is_not_waited_for(server, tmp_path, monkeypatch):
    monkeypatch.setattr(preset_download, "SECONDS", 0.3)
    with pytest.raises(ValueError, match="could not be fetched: .*timed out"):
        download(f"{server}/silent", tmp_path / "file", 10_000)


def test_a_certificate_that_nobody_vouches_for(server, tmp_path, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(ValueError, match="CERTIFICATE_VERIFY_FAILED"):
        download(f"{server}/file", tmp_path / "file", 10_000)
