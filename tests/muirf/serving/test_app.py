"""What the server answers to requests."""

import io
import json
import logging
import time

import httpx
import numpy as np
import pytest
import pyvips
from PIL import Image

from muirf.serving.limits import Limits
from muirf.serving.restoration_service import RestorationService

PNG = {"content-type": "image/png"}


def opened(answer):
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def logged(caplog, message):
    """The log's record; the server may write it after it has answered."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for record in caplog.records:
            if record.getMessage() == message:
                return record
        time.sleep(0.01)
    pytest.fail(f"nothing was logged as {message!r}")


def test_restores_as_the_network_does(serve, restorer, photo):
    content = photo()
    answer = serve().post("/v1/restore", content=content, headers=PNG)
    restored = np.asarray(opened(answer)).astype(int)
    expected = restorer.restore(np.asarray(Image.open(io.BytesIO(content))))
    # Threads may add in another order.
    assert np.abs(restored - expected).max() <= 1
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["muirf-weather"] in restorer.classes
    assert 0 < float(answer.headers["muirf-probability"]) <= 1
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["jpeg", "png", "webp", "tiff", "avif"])
def test_an_image_comes_back_as_it_came_whatever_it_is_called(
    name, serve, photo
):
    client = serve()
    content = photo(name)
    for headers in ({}, {"content-type": f"image/{name}"}, PNG):
        answer = client.post("/v1/restore", content=content, headers=headers)
        assert opened(answer).format.lower() == name
        assert answer.headers["content-type"] == f"image/{name}"


def test_keeps_depth_and_metadata(serve, rng):
    pixels = rng.integers(0, 65536, (24, 40, 3), dtype="uint16")
    image = pyvips.Image.new_from_array(pixels, interpretation="rgb16")
    answer = serve().post(
        "/v1/restore", content=image.pngsave_buffer(), headers=PNG
    )
    restored = pyvips.Image.new_from_buffer(answer.content, "")
    assert restored.format == "ushort"
    exif = Image.Exif()
    exif[0x010E] = "a wet street"
    file = io.BytesIO()
    Image.fromarray((pixels >> 8).astype("uint8")).save(file, "jpeg", exif=exif)
    client = serve()
    answer = client.post("/v1/restore", content=file.getvalue())
    assert opened(answer).getexif()[0x010E] == "a wet street"
    answer = client.post(
        "/v1/restore?strip_metadata=true", content=file.getvalue()
    )
    assert not opened(answer).getexif()


def test_options(serve, photo):
    client = serve()
    content = photo()
    answer = client.post("/v1/restore?strength=0&weather=snow", content=content)
    np.testing.assert_array_equal(
        np.asarray(opened(answer)), Image.open(io.BytesIO(content))
    )
    answer = client.post(
        "/v1/restore?format=jpeg&quality=10&subsampling=4:2:0", content=content
    )
    coarse = opened(answer)
    assert coarse.format == "JPEG"
    assert coarse.layer[0][1:3] == (2, 2)


def test_restores_a_clip(serve, tmp_path, restorer):
    av = pytest.importorskip("av")
    path = tmp_path / "clip.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "yuv420p"
        for level in range(5):
            frame = np.full((24, 32, 3), 20 * level, "uint8")
            frame = av.VideoFrame.from_ndarray(frame, format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    answer = serve().post(
        "/v1/restore",
        content=path.read_bytes(),
        headers={"content-type": "video/mp4"},
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5
    small = serve(megapixels=0.0001).post(
        "/v1/restore",
        content=path.read_bytes(),
        headers={"content-type": "video/mp4"},
    )
    assert small.status_code == 413


def test_recognizes(serve, restorer, photo):
    content = photo()
    answer = serve().post("/v1/recognize", content=content, headers=PNG).json()
    pixels = np.asarray(Image.open(io.BytesIO(content)))
    _, routing = restorer.restore(pixels, return_routing=True)
    assert list(answer["weather"]) == list(restorer.classes)
    assert sum(answer["weather"].values()) == pytest.approx(1, abs=1e-5)
    assert answer["shared_fraction"] == pytest.approx(
        {k: float(v) for k, v in routing["shared_fraction"].items()}
    )


def test_previews(serve, rng):
    pixels = rng.integers(0, 65536, (24, 40, 3), dtype="uint16")
    image = pyvips.Image.new_from_array(pixels, interpretation="rgb16")
    answer = serve().post(
        "/v1/preview",
        content=image.tiffsave_buffer(),
        headers={"content-type": "image/tiff"},
    )
    shown = np.asarray(opened(answer)).astype(int)
    assert np.abs(shown - pixels / 257).max() <= 0.5


def test_tells_what_it_is(serve, restorer):
    client = serve(megabytes=3, megapixels=2.5)
    told = client.get("/v1/model").json()
    assert told["weathers"] == list(restorer.weathers)
    assert (told["max_megabytes"], told["max_megapixels"]) == (3, 2.5)
    assert client.get("/health").json() == {"status": "ok"}
    assert client.get("/openapi.json").json()["openapi"].startswith("3.")
    assert "swagger" in client.get("/docs").text


def test_counts(serve, photo):
    client = serve()
    content = photo(size=(10, 30))
    answer = client.post("/v1/restore", content=content)
    client.post("/v1/restore")
    client.get("/nowhere/at/all")
    lines = client.get("/metrics").text.splitlines()
    for line in (
        'muirf_requests_total{endpoint="/v1/restore",status="200"} 1.0',
        'muirf_requests_total{endpoint="/v1/restore",status="400"} 1.0',
        'muirf_requests_total{endpoint="other",status="404"} 1.0',
        "muirf_pixels_total 300.0",
        f'muirf_weathers_total{{weather="{answer.headers["muirf-weather"]}"'
        "} 1.0",
        "muirf_queue_places 0.0",
    ):
        assert line in lines


def test_logs_every_request(serve, photo, caplog):
    caplog.set_level(logging.INFO, "muirf.serving")
    answer = serve().post("/v1/restore", content=photo())
    record = logged(caplog, "request")
    assert record.request_id == answer.headers["x-request-id"]
    assert (record.endpoint, record.status) == ("/v1/restore", 200)
    assert (record.width, record.height) == (40, 24)


@pytest.mark.parametrize(
    ("content", "query", "headers", "status", "words"),
    [
        (b"", "", PNG, 400, "empty"),
        (b"no image", "", PNG, 422, "no JPEG, PNG"),
        (b"no video", "", {"content-type": "video/mp4"}, 422, "no video"),
        (b"x", "", {"content-type": "text/html"}, 415, "image/jpeg"),
        (b"x", "?weather=hail", PNG, 422, "raindrop"),
        (b"x", "?strength=2", PNG, 422, "less than"),
        (b"x", "?strength=nan", PNG, 422, "than or equal"),
        (b"x", "?tile=1", PNG, 422, "greater than"),
        (b"x", "?tile=100000", PNG, 422, "less than"),
        (b"x", "?path=/etc/passwd", PNG, 422, "extra"),
        (bytes(2**20 + 1), "", PNG, 413, "1 MB"),
    ],
)
def test_refuses(content, query, headers, status, words, serve):
    answer = serve(megabytes=1).post(
        f"/v1/restore{query}", content=content, headers=headers
    )
    assert answer.status_code == status
    assert words in json.dumps(answer.json()["detail"])


def test_refuses_what_grows_too_large_without_saying_so(serve):
    def endless():
        while True:
            yield bytes(2**16)

    # The client may find the connection closed before it reads the answer.
    try:
        answer = serve(megabytes=1).post("/v1/restore", content=endless())
    except (httpx.WriteError, httpx.ReadError):
        return
    assert answer.status_code == 413


def test_refuses_many_pixels_in_a_small_file(serve):
    image = pyvips.Image.black(20_000, 20_000, bands=3)
    answer = serve().post(
        "/v1/restore", content=image.pngsave_buffer(), headers=PNG
    )
    assert answer.status_code == 413
    assert "20000x20000" in answer.json()["detail"]


def test_tells_nothing_of_its_own_files(serve, photo):
    content = photo("jpeg", size=(200, 300))
    client = serve()
    for endpoint in ("restore", "recognize", "preview"):
        answer = client.post(f"/v1/{endpoint}", content=content[:-4000])
        assert answer.status_code == 422
        told = answer.json()["detail"]
        assert told.startswith("The image is damaged or cut short")
        assert "upload" not in told and "/tmp" not in told


def test_knows_its_names(serve):
    client = serve(hosts=("localhost", "127.0.0.1"))
    assert client.get("/health").status_code == 200
    elsewhere = client.get("/health", headers={"host": "evil.example"})
    assert elsewhere.status_code == 400


def test_who_is_refused_while_sending_learns_why(serve, photo):
    # More than fits between the client and a server that does not read.
    content = photo() + bytes(20 * 2**20)
    client = serve()
    for _ in range(3):
        answer = client.post("/v1/restore?weather=hail", content=content)
        assert answer.status_code == 422
    assert client.get("/health").status_code == 200


def test_a_slow_upload_ends(serve):
    def slow():
        for _ in range(50):
            yield b"x"
            time.sleep(0.1)

    client = serve(upload_seconds=0.5)
    started = time.perf_counter()
    try:
        answer = client.post("/v1/restore", content=slow())
        assert answer.status_code == 408
    except (httpx.WriteError, httpx.ReadError):
        pass
    assert time.perf_counter() - started < 4.5
    assert "muirf_queue_places 0.0" in client.get("/metrics").text


def test_what_nobody_foresaw_is_logged_and_not_told(
    serve, restorer, photo, caplog
):
    class Broken(RestorationService):
        def restore(self, *arguments):
            raise RuntimeError("secret words")

    answer = serve(Broken(restorer, Limits())).post(
        "/v1/restore", content=photo()
    )
    assert answer.status_code == 500
    assert "secret" not in answer.text
    record = logged(caplog, "failed")
    assert record.request_id == answer.headers["x-request-id"]
    assert "secret words" in str(record.exc_info[1])


def test_short_memory(serve, restorer, photo, monkeypatch):
    def out_of_memory(*arguments, **options):
        raise MemoryError("Unable to allocate memory")

    monkeypatch.setattr("keras_muirf.restoration.restore_file", out_of_memory)
    answer = serve().post("/v1/restore", content=photo())
    assert answer.status_code == 503
    assert "memory" in answer.json()["detail"]
