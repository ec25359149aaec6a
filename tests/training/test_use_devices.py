"""Two devices train as one does, by the same recipe."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_muirf import training
from keras_muirf.training.drawn_data import draw

BACKEND = keras.config.backend()
RECIPES = Path(__file__).parents[2] / "recipes"

# Noise is drawn by each process, and two losses look at a whole batch.
RECIPE = '''
"""Two steps, without what is random."""
import json
import os
import sys

import keras
import numpy as np

import keras_muirf
from keras_muirf import training
from keras_muirf.datasets import CleanFolder, Synthesized

run = training.begin(__doc__, minutes=1)
photographs = CleanFolder(run.data / "train" / "clean" / "bsds500")
restorer = keras_muirf.models.MUIRFImageRestorer(
    keras_muirf.models.MUIRFBackbone(
        widths=(8,), encoder_blocks=(), middle_blocks=1, decoder_blocks=(),
        stem_width=8, num_experts=2, router_width=8, context_dim=8,
        num_weathers=2, sharing_loss_weight=0.0,
        router_config=dict(
            noise=0.0, posterior_rate=0.0, balance_loss_weight=0.0
        ),
    ),
    weathers=("rain", "haze"),
)
restorer.compile(
    training.find_rule(run.rule)(keras.optimizers.SGD(run.learning_rate)),
    loss="mse",
)
rng = np.random.default_rng(0)
for variable in restorer.trainable_variables:
    variable.assign(rng.normal(0.0, 0.2, variable.shape))
training.train(
    restorer,
    {
        w: Synthesized(
            photographs, getattr(keras_muirf.weather, w.capitalize())(seed=1)
        )
        for w in restorer.weathers
    },
    run,
    stages=[(1.0, 16, 2)],
)
training.report(
    restorer,
    {
        "rain": Synthesized(
            photographs, keras_muirf.weather.Rain(seed=1)
        )
    },
)
if run.writes:
    weights = np.concatenate(
        [v.numpy().ravel() for v in restorer.trainable_variables]
    )
    np.save(os.environ["WEIGHTS"], weights)
'''


@pytest.fixture
def weights(tmp_path):
    """Runs the recipe; the weights that it ends with."""
    path = tmp_path / "recipe.py"
    path.write_text(RECIPE.lstrip())
    draw(tmp_path / "data", ["train/clean/bsds500"])

    def run(name, devices):
        process = run_recipe(
            path,
            devices,
            *("--data", tmp_path / "data", "--out", tmp_path / name),
            *("--steps", "2", "--steps-per-epoch", "2"),
            *("--learning-rate", "0.1"),
            WEIGHTS=str(tmp_path / f"{name}.npy"),
        )
        assert process.returncode == 0, process.stderr[-3000:]
        return np.load(tmp_path / f"{name}.npy")

    return run


def run_recipe(path, devices, *words, **environment):
    start = ()
    if BACKEND == "torch" and devices > 1:
        start = ("-m", "torch.distributed.run", "--standalone")
        start += ("--nproc-per-node", str(devices))
    return subprocess.run(
        [sys.executable, *start, path, "--devices", str(devices), *words],
        env={
            **os.environ,
            "OMP_NUM_THREADS": "1",
            "CUDA_VISIBLE_DEVICES": "",
            "PYTHONPATH": str(Path(training.__file__).parents[2]),
            **environment,
        },
        capture_output=True,
        text=True,
    )


@pytest.mark.slow
def test_two_devices_train_as_one_does(weights):
    together = weights("two", devices=2)
    np.testing.assert_allclose(together, weights("one", devices=1), atol=1e-4)


@pytest.mark.slow
def test_a_recipe_is_tried_on_two_devices(tmp_path):
    process = run_recipe(
        RECIPES / "derain.py", 2, "--smoke", "--out", tmp_path / "run"
    )
    assert process.returncode == 0, process.stderr[-3000:]
    assert process.stdout.count("recipe  ") == 1
    assert (tmp_path / "run" / "preset" / "task.weights.h5").is_file()


def test_numbers_that_devices_cannot_share_are_told(tmp_path):
    process = run_recipe(
        RECIPES / "derain.py",
        2,
        *("--smoke", "--images-per-weather", "3", "--out", tmp_path / "run"),
    )
    assert process.returncode
    said = "3 images of a weather cannot be divided among 2 devices"
    assert said in process.stderr
    # That of torchrun itself, which begins with a line of its own.
    assert process.stderr.count("Traceback") == (BACKEND == "torch")


def test_more_devices_than_there_are_is_told():
    # From now on a processor cannot be divided.
    keras.ops.zeros(1)
    with pytest.raises(training.RunError, match="devices=99 needs"):
        training.use_devices(99)


TAIL = """
    import json
    import numpy as np
    import keras
    import conftest
    from keras_muirf.optimizers import MVGH

    keras.distribution.set_distribution(
        keras.distribution.DataParallel(devices=["cpu:0", "cpu:1"])
    )
    model = conftest.build_model()
    model.compile(MVGH(keras.optimizers.SGD(0.1)), loss="mse")
    x, y = conftest.build_data(2)
    tail = [0, 1, 2, 3, 4, 5, 6, 8, 10]
    x = {name: value[tail] for name, value in x.items()}
    try:
        model.fit(x, y[tail], batch_size=6, shuffle=False, verbose=0)
        said = ""
    except ValueError as error:
        said = str(error)
    print(json.dumps(said))
"""


@pytest.mark.skipif(BACKEND != "jax", reason="about devices of JAX")
def test_a_tail_that_does_not_divide_is_told():
    here = Path(__file__).parents[1] / "trainers"
    process = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(TAIL)],
        env={
            **os.environ,
            "PYTHONPATH": f"{here}{os.pathsep}{here.parents[1]}",
            "XLA_FLAGS": "--xla_force_host_platform_device_count=2",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    said = json.loads(process.stdout.strip().splitlines()[-1])
    assert "A batch cannot be divided among 2 devices" in said
