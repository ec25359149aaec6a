import os
import subprocess
import sys
import types

import click
import keras
import pytest

from muirf import backend


@pytest.fixture
def installed(monkeypatch):
    """Sets which backends there are, in a process without Keras."""
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.delitem(sys.modules, "keras")

    def set_installed(*names):
        monkeypatch.setattr(backend, "is_installed", names.__contains__)

    yield set_installed
    os.environ.pop("KERAS_BACKEND", None)


def test_option_before_environment_before_what_is_installed(
    installed, monkeypatch
):
    installed("jax", "torch")
    assert backend.choose_backend() == ("jax", "the first installed")
    assert os.environ["KERAS_BACKEND"] == "jax"
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    assert backend.choose_backend() == ("torch", "KERAS_BACKEND")
    assert backend.choose_backend("jax") == ("jax", "--backend")
    assert os.environ["KERAS_BACKEND"] == "jax"


def test_what_is_missing_comes_with_its_command(installed, monkeypatch):
    installed("torch")
    with pytest.raises(click.ClickException) as caught:
        backend.choose_backend("jax")
    assert 'pip install "keras-muirf[jax]"' in caught.value.message
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    with pytest.raises(click.ClickException, match="keras-muirf.tensorflow"):
        backend.choose_backend()
    monkeypatch.setenv("KERAS_BACKEND", "nonsense")
    with pytest.raises(click.ClickException, match="'nonsense'"):
        backend.choose_backend()
    monkeypatch.delenv("KERAS_BACKEND")
    installed()
    with pytest.raises(click.ClickException, match="No backend is installed"):
        backend.choose_backend()


def test_a_running_keras_keeps_its_backend(monkeypatch):
    running = keras.config.backend()
    monkeypatch.setenv("KERAS_BACKEND", running)
    assert backend.choose_backend()[0] == running
    monkeypatch.setattr(backend, "is_installed", lambda name: True)
    (other, *_) = [name for name in backend.BACKENDS if name != running]
    with pytest.raises(click.ClickException, match=f"runs on {running}"):
        backend.choose_backend(other)


def test_installed_without_importing(monkeypatch, tmp_path):
    assert backend.is_installed("click")
    assert not backend.is_installed("no_such_backend")
    # A folder that happens to bear the name.
    (tmp_path / "some_folder").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    assert not backend.is_installed("some_folder")
    # What an interrupted import leaves.
    monkeypatch.setitem(sys.modules, "ghost", types.ModuleType("ghost"))
    assert not backend.is_installed("ghost")


def test_without_any_backend_the_command_ends_in_one_line(tmp_path):
    """A real process in which the three cannot be imported."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in ('tensorflow', 'jax', 'torch'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
    )
    (tmp_path / "photo.jpg").touch()
    path = [str(tmp_path), *filter(None, sys.path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    environment.pop("KERAS_BACKEND", None)
    for arguments in (["presets"], ["restore", str(tmp_path / "photo.jpg")]):
        done = subprocess.run(
            [sys.executable, "-m", "muirf", *arguments],
            capture_output=True,
            text=True,
            env=environment,
        )
        assert done.returncode == 1
        assert 'pip install "keras-muirf[' in done.stderr
        assert len(done.stderr.splitlines()) == 1
