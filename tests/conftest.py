import contextlib
import os
import shutil
import signal
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import keras
import numpy as np
import pytest

# What stands here touches no backend, or not in a way of its own, or is about a
# benchmark, and is run with one backend alone, but for the tests that are
# marked `every_backend`.
ONCE = (
    "benchmarks/",
    "test_api_documentation.py",
    "test_architecture.py",
    "test_durable_file.py",
    "test_replaced_folder.py",
    "callbacks/test_epoch_log.py",
    "datasets/catalogue/",
    "datasets/checking/",
    "datasets/test_discover_pairs.py",
    "diagnostics/",
    "docs/",
    "evaluation/",
    "metrics/test_image_quality.py",
    "metrics/test_similarity.py",
    "models/test_add_preset.py",
    "models/test_preset_archive.py",
    "models/test_preset_download.py",
    "models/test_preset_reader.py",
    "models/test_presets.py",
    "models/test_shipped_presets.py",
    "models/test_take_weathers.py",
    "muirf/",
    "restoration/test_discover.py",
    "restoration/test_image_",
    "restoration/test_scene_cuts.py",
    "restoration/test_smoothed_routing.py",
    "restoration/test_tiff_tags.py",
    "restoration/test_tiling.py",
    "restoration/test_video",
    "training/test_arguments.py",
)


def pytest_collection_modifyitems(items):
    """Marks the tests that need no second backend."""
    for item in items:
        path = item.path.relative_to(Path(__file__).parent).as_posix()
        everywhere = item.get_closest_marker("every_backend")
        if path.startswith(ONCE) and not everywhere:
            item.add_marker("once")


@pytest.fixture(autouse=True)
def _same_random_numbers_every_time():
    keras.utils.set_random_seed(0)


@pytest.fixture(autouse=True, scope="session")
def _no_presets_of_the_user(tmp_path_factory):
    os.environ["MUIRF_HOME"] = str(tmp_path_factory.mktemp("muirf_home"))


@pytest.fixture
def rng():
    """A numpy generator with a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def shared_data():
    """The folder of development images that MUIRF_DATA names."""
    directory = os.environ.get("MUIRF_DATA")
    if not directory:
        pytest.skip("MUIRF_DATA does not name the development images")
    if not Path(directory).is_dir():
        pytest.skip(f"MUIRF_DATA names {directory}, which is no folder")
    return Path(directory)


@pytest.fixture
def save_image():
    """Writes a uint8 array `(height, width, 3)` as an image file."""
    import pyvips

    def save(path, image):
        path.parent.mkdir(parents=True, exist_ok=True)
        pyvips.Image.new_from_array(image).write_to_file(str(path))

    return save


@pytest.fixture(scope="module")
def browser():
    """The Chromium of the system, by Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api")
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.skip("there is no Chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox"]
        )
        yield browser
        browser.close()


@pytest.fixture
def ctrl_c():
    """Ctrl-C interrupts, here and in processes that the test starts.

    A shell lets the commands that it runs in the background ignore it.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


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
