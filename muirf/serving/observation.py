import logging
import secrets
import time

LOG = logging.getLogger("muirf.serving")
# What a browser is not to guess, keep or allow.
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
)


class Observation:
    """ASGI middleware: a number, a line in the log and a count per request.

    Args:
        app: the ASGI application.
        measures: `Measures`.
    """

    def __init__(self, app, measures):
        self._app = app
        self._measures = measures

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        number = secrets.token_hex(8)
        noted = {}
        scope.setdefault("state", {}).update(request_id=number, noted=noted)
        status = 500

        async def send_observed(message):
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", number.encode()),
                    *_HEADERS,
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        finally:
            seconds = time.perf_counter() - started
            # The route and not the path: a client's words are no label.
            route = scope.get("route")
            endpoint = getattr(route, "path", "other")
            self._measures.count_request(endpoint, status, seconds)
            LOG.info(
                "request",
                extra={
                    "request_id": number,
                    "client": (scope.get("client") or ("", 0))[0],
                    "method": scope["method"],
                    "endpoint": endpoint,
                    "status": status,
                    "seconds": round(seconds, 4),
                    **noted,
                },
            )
