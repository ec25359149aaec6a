from prometheus_client import CollectorRegistry
from prometheus_client import Counter
from prometheus_client import Gauge
from prometheus_client import Histogram
from prometheus_client import generate_latest

_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Measures:
    """What a server counts, in the form that Prometheus reads.

    Args:
        queue: the `WorkQueue`.
    """

    def __init__(self, queue):
        self._registry = registry = CollectorRegistry()
        self._requests = Counter(
            "muirf_requests",
            "Requests by endpoint and status.",
            ("endpoint", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "muirf_request_seconds",
            "Time from a request's first line to its answer.",
            ("endpoint",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._pixels = Counter(
            "muirf_pixels", "Pixels that were restored.", registry=registry
        )
        self._weathers = Counter(
            "muirf_weathers",
            "Restored files by the weather that was seen.",
            ("weather",),
            registry=registry,
        )
        Gauge(
            "muirf_queue_places",
            "Files that arrive, wait or are worked on.",
            registry=registry,
        ).set_function(lambda: len(queue))

    def count_request(self, endpoint, status, seconds):
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def count_restored(self, record):
        frames = getattr(record, "frames", 1)
        self._pixels.inc(record.width * record.height * frames)
        self._weathers.labels(record.weather).inc()

    def text(self):
        """All of it, in the text format of Prometheus."""
        return generate_latest(self._registry)
