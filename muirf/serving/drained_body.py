import asyncio


class DrainedBody:
    """ASGI middleware that reads what an answer left unread of a request.

    A client that still sends its file when it is refused would find the
    connection closed and never read why. A file that is larger than any that
    is taken, or slower, is not read on: then the connection is closed.

    Args:
        app: the ASGI application.
        limits: `Limits`.
    """

    def __init__(self, app, limits):
        self._app = app
        self._limits = limits

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        size, ended = 0, False

        async def receive_counted():
            nonlocal size, ended
            message = await receive()
            size += len(message.get("body", b""))
            ended = not message.get("more_body", False)
            return message

        async def drained():
            if self._declared(scope) > self._limits.bytes:
                return False
            try:
                async with asyncio.timeout(self._limits.upload_seconds):
                    while not ended and size <= self._limits.bytes:
                        await receive_counted()
            except TimeoutError:
                pass
            return ended

        async def send_drained(message):
            if message["type"] == "http.response.start" and not ended:
                if not await drained():
                    message["headers"] = [
                        *message.get("headers", ()),
                        (b"connection", b"close"),
                    ]
            await send(message)

        await self._app(scope, receive_counted, send_drained)

    @staticmethod
    def _declared(scope):
        for name, value in scope["headers"]:
            if name == b"content-length" and value.isdigit():
                return int(value)
        return 0
