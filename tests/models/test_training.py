"""A restorer trained by weather."""

import json
import os
import pathlib
import subprocess
import sys

import keras
import numpy as np
import pytest
from small import small_backbone
from small import small_restorer

from keras_muirf import models
from keras_muirf import optimizers


def batch(images_per_weather=2, size=16):
    """A weather-major batch of noise: each weather changes it in its way."""
    rng = np.random.default_rng(0)
    y = rng.random((4 * images_per_weather, size, size, 3)).astype("float32")
    k = np.repeat(np.arange(4), images_per_weather).astype("int32")
    change = [
        lambda y: np.minimum(y + 0.3, 1),
        lambda y: 0.6 * y + 0.4,
        lambda y: 0.4 * y + 0.5,
        lambda y: y[::-1],
    ]
    x = np.stack([change[i](image) for i, image in zip(k, y, strict=True)])
    return {"image": x.astype("float32"), "weather": k}, y


# Tracing the step would take longer than all steps.
EAGERLY = {"run_eagerly": keras.config.backend() == "tensorflow"}


def compiled(**kwargs):
    restorer = small_restorer()
    restorer.compile(optimizers.MVGH(keras.optimizers.AdamW(2e-3)), **kwargs)
    return restorer


def test_fit_with_mvgh_learns():
    restorer = compiled(**EAGERLY)
    x, y = batch()
    history = restorer.fit(
        x, y, batch_size=8, epochs=12, shuffle=False, verbose=0
    ).history
    assert history["loss"][-1] < 0.95 * history["loss"][0]
    assert history["psnr"][-1] > history["psnr"][0]
    assert restorer.optimizer.num_tasks == 4


def test_clear_images_are_told_and_stand_in_their_weathers_task():
    restorer = models.MUIRFImageRestorer(
        small_backbone(clear_class=True, router_config={"noise": 0.0})
    )
    restorer.compile(optimizers.MVGH(keras.optimizers.AdamW(1e-2)), **EAGERLY)
    x, y = batch()
    x["image"][::2] = y[::2]
    x["weather"][::2] += 4
    restorer.fit(x, y, batch_size=8, epochs=30, shuffle=False, verbose=0)
    routing = restorer.route(restorer.shallow_moments(x["image"]))
    found = restorer.class_probabilities(routing).argmax(-1)
    assert np.mean((found == 4) == (np.arange(8) % 2 == 0)) > 0.8
    # What comes back equal leaves the metric finite.
    x["weather"][:] = -1
    assert np.isfinite(restorer.evaluate(x, y, verbose=0)[1])


def test_the_router_and_what_is_specific_are_averaged():
    restorer = compiled()
    restorer.optimizer.build(restorer.trainable_variables)
    averaged = {
        v.path
        for v in restorer.trainable_variables
        if restorer.optimizer.averages(v)
    }
    router = {v.path for v in restorer.backbone.router.trainable_variables}
    assert router < averaged
    for path in averaged - router:
        assert "shallow_" in path or "specific_" in path


def test_another_optimizer_trains_the_ordinary_way():
    restorer = small_restorer()
    restorer.compile(keras.optimizers.AdamW(2e-3), **EAGERLY)
    x, y = batch()
    # Any order, any number, and weathers unknown.
    x = {"image": x["image"][:5], "weather": np.full(5, -1)}
    history = restorer.fit(x, y[:5], epochs=6, verbose=0).history
    assert history["loss"][-1] < history["loss"][0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: {**x, "weather": x["weather"][::-1].copy()}, "increase"),
        (lambda x: {**x, "weather": np.roll(x["weather"], 1)}, "groups"),
        (lambda x: x["image"], "known"),
    ],
)
def test_a_batch_that_is_not_weather_major_is_an_error(change, message):
    restorer = compiled(jit_compile=False)
    x, y = batch()
    with pytest.raises(ValueError, match=message) as error:
        restorer.fit(change(x), y, batch_size=8, shuffle=False, verbose=0)
    assert "WeatherMajorDataset" in str(error.value)


def test_a_batch_that_does_not_divide_is_an_error():
    restorer = compiled(jit_compile=False)
    x, y = batch()
    x = {name: value[:6] for name, value in x.items()}
    with pytest.raises(ValueError, match="WeatherMajorDataset"):
        restorer.fit(x, y[:6], batch_size=6, shuffle=False, verbose=0)


@pytest.mark.slow
def test_saved_loaded_and_continued_is_bit_equal(tmp_path):
    x, y = batch()
    fit = {"batch_size": 8, "shuffle": False, "verbose": 0}
    first = compiled()
    first.fit(x, y, **fit)
    first.save(tmp_path / "restorer.keras")
    second = keras.saving.load_model(tmp_path / "restorer.keras")
    assert isinstance(second.optimizer, optimizers.MVGH)
    first.fit(x, y, **fit)
    second.fit(x, y, **fit)
    for a, b in zip(first.weights, second.weights, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(a.value),
            keras.ops.convert_to_numpy(b.value),
            err_msg=a.path,
        )


def ten_losses():
    """Ten steps of MVGH from weights and a batch that numpy drew."""
    restorer = small_restorer()
    router = restorer.backbone.router
    router.noise = 0.0
    router.posterior_rate = 0.0
    rng = np.random.default_rng(3)
    for weight in restorer.trainable_weights:
        if len(weight.shape) > 1:
            fan = np.prod(weight.shape[:-1])
            weight.assign(rng.normal(0, fan**-0.5, weight.shape))
    restorer.compile(optimizers.MVGH(keras.optimizers.AdamW(1e-3)))
    x, y = batch()
    return [float(restorer.train_on_batch(x, y)[0]) for _ in range(10)]


@pytest.mark.slow
@pytest.mark.once
@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_ten_steps_are_the_same_on_another_backend(backend):
    if backend == keras.config.backend():
        pytest.skip("the same backend")
    pytest.importorskip(backend)
    folder = pathlib.Path(__file__).parent
    code = (
        "import json, test_training\n"
        "print(json.dumps(test_training.ten_losses()))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "PYTHONPATH": str(folder),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    others = json.loads(done.stdout.splitlines()[-1])
    losses = ten_losses()
    assert losses[-1] < losses[0]
    np.testing.assert_allclose(others, losses, rtol=1e-4)


def test_one_weather_learns_and_the_others_stay_as_they_are():
    restorer = small_restorer()
    x, y = batch()
    before = restorer.restore(x["image"], weather=None)
    told = {w: restorer.restore(x["image"], w) for w in restorer.weathers}
    restorer.freeze_shared()
    restorer.compile(keras.optimizers.Adam(1e-2), **EAGERLY)
    snow = {name: values[2:4] for name, values in x.items()}
    restorer.fit(snow, y[2:4], epochs=3, verbose=0)
    for name in ("rain", "haze", "raindrop"):
        np.testing.assert_array_equal(
            restorer.restore(x["image"], name), told[name]
        )
    assert np.abs(restorer.restore(x["image"], "snow") - told["snow"]).max() > 0
    routing = restorer.route(restorer.shallow_moments(x["image"]))
    others = routing["weather"].argmax(-1) != 1
    np.testing.assert_array_equal(
        restorer.restore(x["image"])[others], before[others]
    )
