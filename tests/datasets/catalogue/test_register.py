import subprocess
import sys
from pathlib import Path

import pytest
import tensorflow_datasets as tfds

from keras_muirf.datasets.catalogue import BENCHMARKS
from keras_muirf.datasets.catalogue.register import BUILDERS
from keras_muirf.datasets.catalogue.register import register


def run(code):
    result = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code],
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.slow
@pytest.mark.every_backend
def test_registering_imports_no_tensorflow():
    # Keras itself imports it where it is the backend.
    import keras

    if keras.backend.backend() == "tensorflow":
        pytest.skip("The backend is TensorFlow.")
    run(
        "import sys, keras_muirf\n"
        "assert 'tensorflow_datasets' in sys.modules\n"
        "import tensorflow_datasets as tfds\n"
        "from keras_muirf.datasets.catalogue.register import BUILDERS\n"
        "assert all(tfds.builder_cls(n).name == n for n in BUILDERS)\n"
        "assert 'tensorflow' not in sys.modules"
    )


HIDE = """
import sys
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: (
    None if name == "tensorflow_datasets" else find_spec(name, *more)
)
"""


@pytest.mark.slow
def test_the_package_works_without_tensorflow_datasets():
    run(
        HIDE + "import keras_muirf\n"
        "assert 'tensorflow_datasets' not in sys.modules\n"
        "from keras_muirf.datasets.catalogue import BENCHMARKS\n"
        "assert BENCHMARKS['reside'].expected()"
    )


@pytest.mark.parametrize("name", BUILDERS)
def test_each_tells_about_itself(name):
    builder = tfds.builder_cls(name)
    metadata = builder.get_metadata()
    assert len(metadata.description) > 50
    assert set(metadata.tags) <= set(tfds.core.dataset_metadata.valid_tags())
    assert metadata.tags
    if name in BENCHMARKS:
        assert metadata.citation.startswith("@")
        assert BENCHMARKS[name].expected() in (
            builder.MANUAL_DOWNLOAD_INSTRUCTIONS
        )


def test_the_table_has_every_name_and_config():
    page = Path(__file__).parents[3] / "docs" / "datasets.md"
    rows = [r for r in page.read_text().splitlines() if r.startswith("|")]
    for name in BENCHMARKS:
        assert any(f"`{name}`" in row for row in rows), name
        for config in tfds.builder_cls(name).BUILDER_CONFIGS:
            assert any(f"`{config.name}`" in row for row in rows), config.name


def test_a_broken_installation_is_a_warning(monkeypatch, tmp_path):
    # What is left when its own import has failed.
    (tmp_path / "tensorflow_datasets").mkdir()
    (tmp_path / "tensorflow_datasets" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    for name in list(sys.modules):
        if name.partition(".")[0] == "tensorflow_datasets":
            monkeypatch.delitem(sys.modules, name)
    with pytest.warns(UserWarning, match="tensorflow_datasets.core"):
        register()
