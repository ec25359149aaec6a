import asyncio

from fastapi import HTTPException
from starlette.requests import ClientDisconnect


async def receive(request, path, limits):
    """Writes a request's body into a file.

    Args:
        request: a `fastapi.Request`.
        path: `Path`. The file to write.
        limits: `Limits`.

    Returns:
        The number of bytes.

    Raises:
        HTTPException: the body is empty, too large or too slow.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limits.bytes:
        raise _too_large(limits)
    size = 0
    try:
        with open(path, "xb") as file:
            async with asyncio.timeout(limits.upload_seconds):
                async for chunk in request.stream():
                    size += len(chunk)
                    if size > limits.bytes:
                        raise _too_large(limits)
                    file.write(chunk)
    except TimeoutError:
        raise HTTPException(
            408,
            f"The file did not arrive within {limits.upload_seconds:g} "
            "seconds.",
        ) from None
    except ClientDisconnect:
        raise HTTPException(400, "The file was cut short.") from None
    except OSError as error:
        raise HTTPException(
            507, f"The file cannot be kept ({error.strerror})."
        ) from error
    if not size:
        raise HTTPException(
            400, "The body is empty; send the bytes of an image in it."
        )
    return size


def _too_large(limits):
    return HTTPException(413, f"The file is larger than {limits.megabytes} MB.")
