"""Places, turns and time-outs, with work that a test can hold up."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from muirf.serving.limits import Limits
from muirf.serving.restoration_service import RestorationService


class Held(RestorationService):
    """Works on a file for as long as the test wants."""

    def __init__(self, restorer):
        super().__init__(restorer, Limits())
        self.begun = []
        self.go_on = threading.Event()
        self.ended = threading.Event()

    def restore(self, source, media_type, options, check):
        self.begun.append(source.parent)
        try:
            while not self.go_on.wait(0.01):
                check()
            return super().restore(source, media_type, options, check)
        finally:
            self.ended.set()


@pytest.fixture
def held(restorer):
    held = Held(restorer)
    yield held
    held.go_on.set()


def until(true):
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def places(client):
    text = client.get("/metrics").text
    return next(
        float(line.split()[1])
        for line in text.splitlines()
        if line.startswith("muirf_queue_places ")
    )


def test_takes_as_many_as_there_are_places(serve, held, photo):
    client = serve(held, queue=3)
    content = photo()

    def post(_):
        return client.post("/v1/restore", content=content)

    with ThreadPoolExecutor(3) as threads:
        answers = threads.map(post, range(3))
        until(lambda: places(client) == 3 and held.begun)
        refused = post(None)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        # One at a time.
        assert len(held.begun) == 1
        assert client.get("/health").status_code == 200
        held.go_on.set()
        assert [a.status_code for a in answers] == [200, 200, 200]
    until(lambda: places(client) == 0)
    assert len(set(held.begun)) == 3
    assert not any(folder.exists() for folder in held.begun)
    assert post(None).status_code == 200


def test_late_work_is_given_up(serve, held, photo):
    client = serve(held, work_seconds=0.3)
    answer = client.post("/v1/restore", content=photo())
    assert answer.status_code == 504
    assert held.ended.wait(20)
    until(lambda: places(client) == 0)
    assert not held.begun[0].exists()


def test_work_for_a_client_that_has_gone_is_given_up(serve, held, photo):
    client = serve(held)
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/restore", content=photo(), timeout=0.5)
    assert held.ended.wait(20)
    until(lambda: places(client) == 0)


def test_the_end_of_the_server_ends_the_work(held, restorer, photo):
    import asyncio

    from muirf.serving.work_queue import WorkQueue

    class Request:
        async def is_disconnected(self):
            return False

    queue = WorkQueue(Limits())

    async def work():
        place = queue.enter()
        begun = threading.Event()

        def held_up():
            begun.set()
            while True:
                place.check()
                time.sleep(0.01)

        task = asyncio.ensure_future(queue.run(place, held_up, Request()))
        await asyncio.to_thread(begun.wait)
        await asyncio.to_thread(queue.close)
        with pytest.raises(Exception, match="about to end"):
            await task
        place.leave()
        with pytest.raises(Exception, match="about to end"):
            queue.enter()

    asyncio.run(work())
    assert len(queue) == 0
