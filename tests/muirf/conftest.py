import keras
import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from keras_muirf.models import MUIRFBackbone
from keras_muirf.models import MUIRFImageRestorer
from muirf.main import main


@pytest.fixture(scope="session")
def preset(tmp_path_factory):
    """The folder of a small restorer with random weights."""
    folder = tmp_path_factory.mktemp("preset") / "small"
    restorer = MUIRFImageRestorer(
        MUIRFBackbone(
            widths=(8, 8),
            encoder_blocks=(1,),
            middle_blocks=1,
            decoder_blocks=(1,),
            stem_width=4,
            router_width=8,
        )
    )
    restorer.save_to_preset(str(folder))
    return str(folder)


@pytest.fixture
def photos(rng, tmp_path, monkeypatch):
    """A folder of images in the current folder."""
    monkeypatch.chdir(tmp_path)
    for name in ("photos/a.png", "photos/deep/雨 1.jpg"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(0, 256, (24, 40, 3), dtype="uint8")
        Image.fromarray(pixels).save(path)
    return tmp_path


@pytest.fixture
def muirf(monkeypatch):
    """Runs the command in this process."""
    # Set back after the test, for the command sets it.
    monkeypatch.setenv("KERAS_BACKEND", keras.config.backend())

    def run(*arguments):
        return CliRunner().invoke(main, [str(a) for a in arguments])

    return run


@pytest.fixture
def pixels():
    def read(path):
        return np.asarray(Image.open(path)).astype(int)

    return read
