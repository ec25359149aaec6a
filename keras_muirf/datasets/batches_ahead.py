import threading
from concurrent.futures import ThreadPoolExecutor


class BatchesAhead:
    """Makes batches on a thread of its own before they are asked for.

    Args:
        make: Callable that makes the batch of a key.
        depth: Integer; with `0` each batch is made when it is asked for.
    """

    def __init__(self, make, depth):
        self.make = make
        self._made = {}
        self._lock = threading.Lock()
        self._maker = ThreadPoolExecutor(1) if depth else None

    def get(self, key, following=()):
        """Returns the batch of a key.

        Args:
            key: Any hashable object.
            following: The keys that will probably be asked for next, in
                order. Others are dropped.

        Returns:
            What `make(key)` returns.
        """
        if self._maker is None:
            return self.make(key)
        wanted = [key, *following]
        with self._lock:
            for other in [k for k in self._made if k not in wanted]:
                self._made.pop(other).cancel()
            for k in wanted:
                if k not in self._made:
                    self._made[k] = self._maker.submit(self.make, k)
            batch = self._made.pop(key)
        return batch.result()
