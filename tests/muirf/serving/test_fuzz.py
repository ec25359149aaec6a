"""The server against its own OpenAPI description, and hostile files."""

import collections
import io

import av
import numpy as np
import pytest
import pyvips
import schemathesis
from hostile_files import damaged_files
from hostile_files import lying_files
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from PIL import Image
from schemathesis import GenerationMode

from muirf.serving.app import create_app
from muirf.serving.limits import Limits
from muirf.serving.restoration_service import RestorationService

SETTINGS = {
    "max_examples": 150,
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
}


def image(name, size, colour):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, name)
    return file.getvalue()


def clip(muxer):
    file = io.BytesIO()
    with av.open(file, "w", muxer) as container:
        codec = "libvpx-vp9" if muxer == "webm" else "h264"
        stream = container.add_stream(codec, rate=10)
        stream.width = stream.height = 16
        stream.pix_fmt = "yuv420p"
        pixels = np.zeros((16, 16, 3), "uint8")
        container.mux(
            stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24"))
        )
        container.mux(stream.encode())
    return file.getvalue()


@st.composite
def images(draw, name):
    size = draw(st.tuples(st.integers(1, 40), st.integers(1, 40)))
    return image(name, size, draw(st.integers(0, 2**24 - 1)))


for _name in ("jpeg", "png", "webp", "tiff", "avif"):
    schemathesis.openapi.media_type(f"image/{_name}", images(_name))
schemathesis.openapi.media_type("application/octet-stream", images("png"))
for _name, _muxer in (
    ("mp4", "mp4"),
    ("quicktime", "mov"),
    ("matroska", "matroska"),
    ("x-matroska", "matroska"),
    ("webm", "webm"),
):
    schemathesis.openapi.media_type(f"video/{_name}", st.just(clip(_muxer)))


# One for each test: schemathesis ends it with the test.
@pytest.fixture
def app(restorer):
    limits = Limits(megapixels=0.01)
    return create_app(RestorationService(restorer, limits), limits, "small")


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("mode", GenerationMode)
def test_answers_as_described(mode, app):
    described = schemathesis.openapi.from_asgi("/openapi.json", app)
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) == 6
    for operation in operations:
        # Where any bytes may come and no parameters, nothing is against it.
        if mode is GenerationMode.NEGATIVE and not list(operation.query):
            continue

        @settings(**SETTINGS)
        @given(operation.as_strategy(generation_mode=mode))
        def answered(case):
            case.call_and_validate()

        answered()


@pytest.mark.slow
@pytest.mark.once
def test_hostile_files_get_an_answer(serve):
    client = serve(megapixels=0.01, megabytes=4)
    hostile = [
        content for _, content in damaged_files(np.random.default_rng(1), 1500)
    ]
    hostile += lying_files().values()
    answered = collections.Counter()
    for number, content in enumerate(hostile):
        endpoint = ("restore", "recognize", "preview")[number % 3]
        answer = client.post(f"/v1/{endpoint}", content=content)
        answered[answer.status_code] += 1
        assert answer.status_code in (200, 400, 413, 422), answer.text
        if answer.status_code != 200:
            assert "/tmp" not in answer.text
        elif endpoint != "recognize":
            image = pyvips.Image.new_from_buffer(answer.content, "")
            image.avg()
    assert answered[200] > 100 and answered[422] > 500
    assert client.get("/health").json() == {"status": "ok"}
    assert "muirf_queue_places 0.0" in client.get("/metrics").text
