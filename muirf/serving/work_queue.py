"""One worker, and a limited number of requests that wait for it."""

import asyncio
import shutil
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from fastapi import HTTPException


class Cancelled(Exception):
    """Nobody waits for the result any more."""


class WorkQueue:
    """Lets requests in as long as there is room, and works on one at a time.

    A backend uses all cores or the whole accelerator for one image: two at a
    time would need twice the memory and be no faster.

    Args:
        limits: `Limits`.
    """

    def __init__(self, limits):
        self._limits = limits
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="restoration")
        self._lock = threading.Lock()
        self._places = set()
        self._closed = False

    def __len__(self):
        """How many places are taken."""
        return len(self._places)

    def enter(self):
        """Takes a place.

        Returns:
            A `Place`, to be left by its `leave`.

        Raises:
            HTTPException: all are taken, or the server ends.
        """
        with self._lock:
            if self._closed:
                raise HTTPException(503, "The server is about to end.")
            if len(self._places) >= self._limits.queue:
                raise HTTPException(
                    429,
                    f"{self._limits.queue} files are being worked on or "
                    "waiting; try again later.",
                    {"Retry-After": "5"},
                )
            place = Place(self._free)
            self._places.add(place)
            return place

    async def run(self, place, work, request):
        """Does a request's work when it is its turn.

        Args:
            place: `Place` of the request.
            work: function without arguments.
            request: the `fastapi.Request`.

        Returns:
            What `work` returned.

        Raises:
            HTTPException: it took too long, or the client has gone.
        """
        try:
            place.future = self._worker.submit(place.begin, work)
        except RuntimeError:
            raise HTTPException(503, "The server is about to end.") from None
        result = asyncio.wrap_future(place.future)
        # Else asyncio complains where nobody waits for the error any more.
        result.add_done_callback(lambda r: r.cancelled() or r.exception())
        gone = asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait(
                {result, gone},
                timeout=self._limits.work_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if result.done():
                return result.result()
        except (Cancelled, asyncio.CancelledError):
            if not self._closed:
                raise
            raise HTTPException(503, "The server is about to end.") from None
        finally:
            gone.cancel()
            place.cancel()
        if gone.done():
            # Nobody is there to read it, but it is logged.
            raise HTTPException(499, "The client has gone.")
        raise HTTPException(
            504,
            f"The result was not ready within {self._limits.work_seconds:g} "
            "seconds; send a smaller file.",
        )

    def close(self):
        """Ends the work, waiting and begun."""
        with self._lock:
            self._closed = True
            places = list(self._places)
        for place in places:
            place.cancel()
        self._worker.shutdown(cancel_futures=True)

    def _free(self, place):
        with self._lock:
            self._places.discard(place)


class Place:
    """A request's place in the queue, with a folder of its own.

    Args:
        free: function that is told when the place is free again.
    """

    def __init__(self, free):
        self.folder = Path(tempfile.mkdtemp(prefix="muirf-"))
        self.future = None
        self._free = free
        self._cancelled = threading.Event()

    def begin(self, work):
        """Does the work, unless nobody waits for it any more."""
        self.check()
        return work()

    def check(self, *_):
        """Ends the work from inside if nobody waits for it any more."""
        if self._cancelled.is_set():
            raise Cancelled

    def cancel(self):
        """Ends the work, at once if it waits, else at its next `check`."""
        self._cancelled.set()
        if self.future:
            self.future.cancel()

    def leave(self):
        """Gives the place up, once nothing works in its folder any more."""
        if self.future:
            self.future.add_done_callback(self._clear)
        else:
            self._clear()

    def _clear(self, _=None):
        shutil.rmtree(self.folder, ignore_errors=True)
        self._free(self)


async def _disconnected(request):
    while not await request.is_disconnected():
        await asyncio.sleep(0.2)
