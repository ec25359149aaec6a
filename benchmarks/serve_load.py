"""`muirf serve` under more requests than it takes.

    python benchmarks/serve_load.py

Starts the server in a process of its own and sends it photographs of several
sizes from many clients at once. Counted are the requests that were served,
with a result of the right size that decodes; those that were refused with 429,
which the client sends again after a while; those with another answer; and the
lost ones, without any. The rate is compared with that of the same photographs
restored one after another in this process, without a server. The weather is
named: what is taken for clear would not be computed.
"""

import concurrent.futures
import io
import json
import random
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np
import timing
from peak_memory import peak_memory

WEATHER = "rain"
PATH = f"/v1/restore?weather={WEATHER}"
SIZES = ((240, 320), (321, 481), (480, 640), (512, 512))


def measure(args):
    contents = _photographs(args)
    alone = _alone(args, contents)
    process, address = _start(args)
    try:
        counts, waits, seconds = _load(args, contents, address)
        peak = peak_memory(process.pid) / 1024
    finally:
        process.terminate()
        process.wait()
    yield (
        f"{args.requests} photographs from {args.clients} clients, a queue of "
        f"{args.queue}",
        [counts],
    )
    rate = counts["served"] / seconds
    yield (
        "Rate",
        [
            {
                "photographs a second": rate,
                "times one after another": rate / (len(contents) / alone),
                "median wait, s": float(np.median(waits)),
                "95 % wait, s": float(np.quantile(waits, 0.95)),
                "peak memory of the server, GiB": peak,
            }
        ],
    )


def _photographs(args):
    """Files of a few sizes, so that what is compiled is compiled early."""
    from PIL import Image

    rng = np.random.default_rng(0)
    files = []
    for number in range(4 if args.dry else 24):
        height, width = SIZES[number % len(SIZES)]
        if args.dry:
            height, width = height // 8, width // 8
        coarse = rng.integers(0, 256, (12, 16, 3), dtype="uint8")
        image = Image.fromarray(coarse).resize((width, height), Image.BICUBIC)
        file = io.BytesIO()
        image.save(file, "jpeg", quality=92)
        files.append((file.getvalue(), (width, height)))
    return files


def _alone(args, contents):
    """Seconds for restoring each once, in this process."""
    from keras_muirf.models import MUIRFImageRestorer
    from keras_muirf.restoration import restore_file

    restorer = MUIRFImageRestorer.from_preset(args.preset)
    with tempfile.TemporaryDirectory() as folder:

        def restore(content):
            source, target = f"{folder}/in.jpg", f"{folder}/out.jpg"
            with open(source, "wb") as file:
                file.write(content)
            restore_file(restorer, source, target, WEATHER)

        for content, _ in contents[: len(SIZES)]:
            restore(content)
        started = time.perf_counter()
        for content, _ in contents:
            restore(content)
        return time.perf_counter() - started


def _start(args):
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "muirf", "serve", "--port=0"),
            *(f"--preset={args.preset}", f"--queue={args.queue}"),
            f"--connections={4 * args.clients}",
        ],
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stderr:
        told = json.loads(line)
        if told["message"] == "serving":
            address = told["address"]
        if told["message"] == "Application startup complete.":
            break
    else:
        raise RuntimeError("muirf serve did not start")
    # Or the server would wait for somebody to read its log.
    threading.Thread(target=process.stderr.read, daemon=True).start()
    return process, address


def _load(args, contents, address):
    import httpx

    counts = {"served": 0, "refused, and sent again": 0, "wrong": 0, "lost": 0}
    lock = threading.Lock()
    waits = []

    def count(what):
        with lock:
            counts[what] += 1

    with httpx.Client(
        base_url=address,
        timeout=300,
        limits=httpx.Limits(max_connections=args.clients),
    ) as client:

        def send(number):
            content, size = contents[number % len(contents)]
            started = time.perf_counter()
            while True:
                try:
                    answer = client.post(PATH, content=content)
                except httpx.HTTPError:
                    return count("lost")
                if answer.status_code != 429:
                    break
                count("refused, and sent again")
                time.sleep(random.uniform(0.1, 0.5))
            if not _is_right(answer, size):
                return count("wrong")
            waits.append(time.perf_counter() - started)
            return count("served")

        # Every size once, to be compiled.
        for number in range(len(SIZES)):
            content, _ = contents[number % len(contents)]
            client.post(PATH, content=content)
        started = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(args.clients) as threads:
            list(threads.map(send, range(args.requests)))
        return counts, waits, time.perf_counter() - started


def _is_right(answer, size):
    from PIL import Image

    if answer.status_code != 200:
        return False
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    return image.size == size


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=1)
    parser.add_argument("--preset", default="muirf_tiny_all_weather")
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--queue", type=int, default=8)
    timing.run(parser, measure)
