import tempfile
import threading
from pathlib import Path

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.utils.shared import Shared

from keras_muirf.bulk.file_transfer import exists
from keras_muirf.bulk.file_transfer import fetch
from keras_muirf.bulk.file_transfer import is_remote
from keras_muirf.bulk.file_transfer import store
from keras_muirf.restoration.file_outcome import FAILED
from keras_muirf.restoration.file_outcome import RESTORED
from keras_muirf.restoration.file_outcome import SKIPPED
from keras_muirf.restoration.file_outcome import FileOutcome

NAMESPACE = "keras_muirf"


class RestoreFiles(beam.PTransform):
    """Restores photographs and videos, in any Beam pipeline.

    Takes pairs of names, the file to read and the file to write. Files of
    Beam's file systems, such as `gs://bucket/photo.jpg`, are fetched and
    stored; all others are opened where they are. The preset is loaded once in
    every process. What cannot be restored ends in an output of its own and
    keeps nothing else from being restored; what is there already is skipped,
    so that a pipeline can be run again.

    Args:
        worker: `keras_muirf.restoration.RestorationWorker`, which is told how
            to restore.

    Returns:
        A dict-like of three PCollections, `restored`, `skipped` and `failed`.
        Together they hold one dict for every pair, that of
        `FileOutcome.as_dict`: `input`, `output`, `status`, and `why` or the
        weather, its probability, the size and the seconds. Counters of these
        names, in the namespace `keras_muirf`, count them.

    Example:

    ```python
    import apache_beam as beam

    from keras_muirf import bulk
    from keras_muirf import restoration

    worker = restoration.RestorationWorker("muirf_tiny_all_weather")
    pairs = bulk.pair_files("gs://bucket/in/**", "gs://bucket/out")
    with beam.Pipeline() as pipeline:
        outcomes = (
            pipeline
            | beam.Create(pairs)
            | beam.Reshuffle()
            | bulk.RestoreFiles(worker)
        )
        outcomes.failed | beam.Map(print)
    ```
    """

    def __init__(self, worker):
        super().__init__()
        self._worker = worker

    def expand(self, pairs):
        restore = beam.ParDo(_Restore(self._worker))
        return pairs | restore.with_outputs(RESTORED, SKIPPED, FAILED)


class _Restore(beam.DoFn):
    def __init__(self, worker):
        self._description = worker
        self._shared = Shared()
        self._worker = None

    def setup(self):
        # One for all threads of a process.
        self._worker = self._shared.acquire(
            lambda: _OneAtATime(self._description)
        )

    def process(self, pair):
        source, target = map(str, pair)
        outcome = self._worker.restore(source, target)
        Metrics.counter(NAMESPACE, outcome.status).inc()
        yield beam.pvalue.TaggedOutput(outcome.status, outcome.as_dict())


class _OneAtATime:
    """A worker for several threads, whose backend uses all cores for one."""

    def __init__(self, worker):
        self._worker = worker
        self._lock = threading.Lock()
        # Or the first file would be blamed if it cannot be loaded.
        worker.restorer  # noqa: B018

    def restore(self, source, target):
        with self._lock:
            if not (is_remote(source) or is_remote(target)):
                return self._worker(source, target)
            try:
                return self._restore_remote(source, target)
            # The file systems' errors have no common type.
            except Exception as error:
                why = f"{source}: {type(error).__name__}: {error}"
                return FileOutcome(source, target, FAILED, why)

    def _restore_remote(self, source, target):
        if not self._worker.overwrite and exists(target):
            why = f"{target} is there already."
            return FileOutcome(source, target, SKIPPED, why)
        with tempfile.TemporaryDirectory(prefix="muirf-") as folder:
            near = Path(folder, "in", Path(source).name)
            made = Path(folder, "out", Path(target).name)
            fetch(source, near)
            outcome = self._worker(near, made)
            if outcome.status == RESTORED:
                store(made, target)
        why = outcome.why.replace(str(near), source).replace(str(made), target)
        return FileOutcome(source, target, outcome.status, why, outcome.record)
