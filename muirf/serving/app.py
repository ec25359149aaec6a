import contextlib
import logging
from pathlib import Path
from typing import Annotated

from fastapi import FastAPI
from fastapi import HTTPException
from fastapi import Query
from fastapi import Request
from fastapi import Response
from pydantic import BaseModel
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

import keras_muirf
from muirf.serving.drained_body import DrainedBody
from muirf.serving.measures import Measures
from muirf.serving.media_types import SUFFIX_OF_IMAGE
from muirf.serving.media_types import SUFFIX_OF_VIDEO
from muirf.serving.observation import Observation
from muirf.serving.restore_options import restore_options
from muirf.serving.upload import receive
from muirf.serving.work_queue import Cancelled
from muirf.serving.work_queue import WorkQueue

PAGE = Path(__file__).parent / "page"
LOG = logging.getLogger("muirf.serving")
_FILE = {"schema": {"type": "string", "format": "binary"}}
_REFUSALS = {
    400: "The body is empty or was cut short.",
    408: "The file did not arrive in time.",
    413: "The file or the image is too large.",
    415: "Files of this media type are not restored.",
    422: "The file or the query is not such that it can be restored.",
    429: "Too many files are being worked on or waiting.",
    500: "Something unforeseen; the server's log has it by `x-request-id`.",
    503: "The server is short of memory, or about to end.",
    504: "The result was not ready in time.",
    507: "The server has no room for the file.",
}


class Refusal(BaseModel):
    """Why a request was refused."""

    detail: str | list[dict]


class Recognition(BaseModel):
    """What the network sees in an image, and what it would share."""

    weather: dict[str, float]
    shared_fraction: dict[str, float]


class Model(BaseModel):
    """What the server restores with, and what it takes."""

    preset: str
    version: str
    weathers: list[str]
    classes: list[str]
    max_megabytes: int
    max_megapixels: float
    least_tile: int


def create_app(service, limits, preset, hosts=("*",), page=False):
    """The server, as an ASGI application.

    Args:
        service: `RestorationService`.
        limits: `Limits`.
        preset: string, the preset's name.
        hosts: names under which clients may address the server. A page from
            elsewhere whose name is made to point here has another.
        page: bool. Whether there is a page for the browser.

    Returns:
        A `fastapi.FastAPI`.
    """
    queue = WorkQueue(limits)
    measures = Measures(queue)

    @contextlib.asynccontextmanager
    async def lifespan(_):
        yield
        queue.close()

    app = FastAPI(
        title="keras-muirf",
        summary="Removes rain, snow, haze and raindrops from photographs.",
        version=keras_muirf.__version__,
        lifespan=lifespan,
    )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(hosts))
    app.add_middleware(DrainedBody, limits=limits)
    app.add_middleware(Observation, measures=measures)
    Options = restore_options(service.restorer, service.tile)

    async def worked_on(request, work):
        """Receives a file, and has it worked on when it is its turn."""
        place = queue.enter()
        try:
            source = place.folder / "upload"
            noted = request.state.noted
            noted["bytes"] = await receive(request, source, limits)
            return await queue.run(place, lambda: work(source, place), request)
        except (HTTPException, Cancelled):
            raise
        except Exception as error:
            LOG.exception(
                "failed", extra={"request_id": request.state.request_id}
            )
            raise HTTPException(
                500, f"Something unforeseen ({type(error).__name__})."
            ) from error
        finally:
            place.leave()

    @app.post(
        "/v1/restore",
        response_class=Response,
        responses=_answers(*SUFFIX_OF_IMAGE, *SUFFIX_OF_VIDEO),
        openapi_extra=_body(*SUFFIX_OF_IMAGE, *SUFFIX_OF_VIDEO),
    )
    async def restore(request: Request, options: Annotated[Options, Query()]):
        """Restore an image or a video.

        The body is the file itself. So is the answer; its headers
        `muirf-weather`, `muirf-probability` and `muirf-seconds` tell what was
        seen and how long it took.
        """
        media_type = _media_type(request, *SUFFIX_OF_IMAGE, *SUFFIX_OF_VIDEO)
        restored = await worked_on(
            request,
            lambda source, place: service.restore(
                source, media_type, options, place.check
            ),
        )
        record = restored.record
        measures.count_restored(record)
        request.state.noted.update(
            weather=record.weather, width=record.width, height=record.height
        )
        return Response(
            restored.content,
            media_type=restored.media_type,
            headers={
                "muirf-weather": record.weather,
                "muirf-probability": f"{record.probability:.4f}",
                "muirf-seconds": f"{record.seconds:.3f}",
            },
        )

    @app.post(
        "/v1/recognize",
        responses=_refusals(),
        openapi_extra=_body(*SUFFIX_OF_IMAGE),
    )
    async def recognize(request: Request) -> Recognition:
        """Tell the probability of each weather, and what would be shared.

        For each layer the fraction of the channels that are the same for all
        weathers.
        """
        _media_type(request, *SUFFIX_OF_IMAGE)
        return await worked_on(
            request, lambda source, place: service.recognize(source)
        )

    @app.post(
        "/v1/preview",
        response_class=Response,
        responses=_answers("image/png"),
        openapi_extra=_body(*SUFFIX_OF_IMAGE),
    )
    async def preview(request: Request):
        """Give an image back as 8-bit PNG, which every browser shows."""
        _media_type(request, *SUFFIX_OF_IMAGE)
        content = await worked_on(
            request,
            lambda source, place: service.preview(
                source, source.with_name("preview.png")
            ),
        )
        return Response(content, media_type="image/png")

    @app.get("/v1/model")
    async def model() -> Model:
        """Tell what the server restores with, and what it takes."""
        return Model(
            preset=preset,
            version=keras_muirf.__version__,
            weathers=list(service.restorer.weathers),
            classes=list(service.restorer.classes),
            max_megabytes=limits.megabytes,
            max_megapixels=limits.megapixels,
            least_tile=Options.model_fields["tile"].metadata[0].ge,
        )

    @app.get("/health")
    async def health() -> dict[str, str]:
        """Tell that the server is there."""
        return {"status": "ok"}

    @app.get(
        "/metrics",
        response_class=Response,
        responses={200: {"content": {"text/plain": {}}}},
    )
    def metrics():
        """Tell what was counted, for Prometheus."""
        return Response(measures.text(), media_type="text/plain; version=0.0.4")

    if page:
        app.mount("/", StaticFiles(directory=PAGE, html=True))
    return app


def _media_type(request, *known):
    """The media type of the body; images need none, for they are known."""
    named = request.headers.get("content-type", "").split(";")[0].strip()
    named = named.lower()
    if named in ("", "application/octet-stream") or named in known:
        return named
    raise HTTPException(
        415,
        f"Files of this media type are not restored; name one of "
        f"{', '.join(known)} in content-type.",
    )


def _body(*media_types):
    return {
        "requestBody": {
            "required": True,
            "content": {
                media_type: _FILE
                for media_type in (*media_types, "application/octet-stream")
            },
        }
    }


def _answers(*media_types):
    """The answers of an endpoint whose answer is a file."""
    content = {media_type: _FILE for media_type in media_types}
    return {200: {"content": content}, **_refusals()}


def _refusals():
    return {
        status: {"model": Refusal, "description": words}
        for status, words in _REFUSALS.items()
    }
