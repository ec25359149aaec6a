import urllib.request
from http.client import HTTPException

from keras_muirf.durable_file import NoSpaceLeft
from keras_muirf.durable_file import space_errors
from keras_muirf.version import __version__

# For each step of the connection, not for the whole of it.
SECONDS = 30
_CHUNK = 1 << 20


def download(url, path, max_bytes):
    """Fetches a file by https.

    Args:
        url: string, beginning with `https://`.
        path: string, where it is written.
        max_bytes: int, the most that is fetched.

    Raises:
        NoSpaceLeft: If there is no room for it.
        ValueError: If it cannot be fetched whole, or is larger.
    """
    opener = urllib.request.build_opener(_OnlyToHTTPS)
    request = urllib.request.Request(
        url, headers={"User-Agent": f"keras-muirf/{__version__}"}
    )
    try:
        with (
            opener.open(request, timeout=SECONDS) as answer,
            space_errors(path),
            open(path, "wb") as file,
        ):
            announced = answer.length
            fetched = 0
            while chunk := answer.read(_CHUNK):
                fetched += len(chunk)
                if max(fetched, announced or 0) > max_bytes:
                    raise ValueError(
                        f"{url} is not fetched: it is larger than "
                        f"{max_bytes / 1e9:.3g} GB."
                    )
                file.write(chunk)
    except NoSpaceLeft:
        raise
    except (OSError, HTTPException) as error:
        raise ValueError(f"{url} could not be fetched: {error}") from error
    if announced not in (None, fetched):
        raise ValueError(
            f"{url} was not fetched whole: {fetched} of {announced} bytes."
        )


class _OnlyToHTTPS(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, req, fp, code, msg, headers, newurl):
        if not newurl.startswith("https://"):
            raise ValueError(
                f"{req.full_url} is not fetched: it leads to {newurl}, which "
                "is not https://."
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)
