"""`muirf export`; what it writes is looked at in tests/export."""

import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]


@pytest.mark.once
def test_without_tensorflow_it_says_what_to_install(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] == 'tensorflow':\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Block())\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "muirf", "export", "muirf_tiny_derain"],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)]),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert 'pip install "keras-muirf[export]"' in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [p.name for p in tmp_path.glob("*.onnx")] == []


@pytest.mark.once
def test_formats_are_those_of_the_package(muirf):
    from keras_muirf.export import FORMATS
    from keras_muirf.export import formats
    from keras_muirf.export import plan
    from muirf import export

    # Copied, for the command must not import Keras to show its help.
    assert tuple(FORMATS) == tuple(export.FORMATS)
    assert formats.PRECISIONS == export.PRECISIONS
    assert plan.DTYPES == export.DTYPES
    assert "saved_model" in muirf("export", "--help").output


@pytest.mark.once
def test_an_unknown_format_is_a_usage_error(muirf):
    done = muirf("export", "muirf_tiny_derain", "--format", "coreml")
    assert done.exit_code == 2
    assert "coreml" in done.stderr
