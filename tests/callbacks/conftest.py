import contextlib

import pytest


@pytest.fixture
def full_disk():
    """A context in which no file can grow beyond some bytes.

    The real error of a full disk, at a place of one's choice: the system's
    limit on the size of a process' files.
    """
    resource = pytest.importorskip("resource")

    @contextlib.contextmanager
    def full_disk(size):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return full_disk
