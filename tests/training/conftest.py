import sys

import keras
import pytest

from keras_muirf import training

RECIPE = '''"""Two weathers, for tests."""

import keras

import keras_muirf
from keras_muirf import training
from keras_muirf.datasets import CleanFolder
from keras_muirf.datasets import PairedFolder
from keras_muirf.datasets import Synthesized

run = training.begin(__doc__, minutes=1)
train = run.data / "train"
photographs = CleanFolder(train / "clean/bsds500")
restorer = training.new_restorer(run.size, weathers=("rain", "haze"))
restorer.compile(
    training.find_rule(run.rule)(keras.optimizers.AdamW(run.learning_rate)),
    loss=keras_muirf.losses.RestorationLoss(),
)
training.train(
    restorer,
    {
        "rain": PairedFolder(train / "pairs/rain100l_train/rain", "rain"),
        "haze": Synthesized(photographs, keras_muirf.weather.Haze(seed=1)),
    },
    run,
    stages=[(1.0, 32, 1)],
)
'''


@pytest.fixture
def recipe(tmp_path):
    """The file of a small recipe, in a folder of its own."""
    path = tmp_path / "my recipes" / "two.py"
    path.parent.mkdir()
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture
def begin(recipe, tmp_path, monkeypatch):
    """Begins a run of that recipe in this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(recipe)])
    monkeypatch.delenv("MUIRF_DATA", raising=False)
    (tmp_path / "data").mkdir()
    policy = keras.config.dtype_policy()

    def begin(*words, data="data", **options):
        words = [*words, *(["--data", data] if data else [])]
        return training.begin("A test.", minutes=5, words=words, **options)

    yield begin
    keras.config.set_dtype_policy(policy)
