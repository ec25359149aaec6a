"""One pass of the whole batch gives what a pass for each task gives."""

import keras
import numpy as np
import pytest
from small import small_backbone

from keras_muirf import layers
from keras_muirf import models
from keras_muirf import task_axis
from keras_muirf.optimizers import MVGH
from keras_muirf.trainers import TaskGradientTrainer

# One step does not pay for compiling; JAX is slower still without.
BACKEND = keras.config.backend()
# As few blocks as have every kind of layer.
BLOCKS = {"encoder_blocks": (0,), "decoder_blocks": (0,)}
# What is random, or looks at the whole batch at once, differs by design.
PLAIN_ROUTER = {"noise": 0.0, "posterior_rate": 0.0, "balance_loss_weight": 0.0}


def weather_batch(rng, images=8, size=12):
    y = rng.uniform(size=(images, size, size, 3)).astype("float32")
    x = np.clip(y + rng.normal(0.0, 0.1, y.shape), 0, 1).astype("float32")
    weather = np.repeat(np.arange(4), images // 4).astype("int32")
    return {"image": x, "weather": weather}, y


def trained(way, batch, frozen=(), scales=1, **config):
    """The weights after two steps from the same start."""
    keras.utils.set_random_seed(1)
    restorer = models.MUIRFImageRestorer(
        small_backbone(
            router_config=PLAIN_ROUTER,
            sharing_loss_weight=0.0,
            **BLOCKS,
            **config,
        ),
        scales=scales,
    )
    for variable in restorer.trainable_variables:
        variable.trainable = variable.name not in frozen
    restorer.task_gradients = way
    restorer.compile(
        MVGH(keras.optimizers.SGD(0.1)),
        loss="mse",
        metrics=None,
        run_eagerly=BACKEND == "tensorflow",
    )
    for _ in range(2):
        restorer.train_on_batch(*batch)
    return np.concatenate(
        [v.numpy().ravel() for v in restorer.trainable_variables]
    )


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"scales": 2},
        pytest.param({"specific_fraction": 0.0}, marks=pytest.mark.slow),
        pytest.param({"cpsm_depthwise": True}, marks=pytest.mark.slow),
        pytest.param({"frozen": ("kernel",)}, marks=pytest.mark.slow),
        pytest.param(
            {"frozen": ("bias", "score_bias", "attention_kernel")},
            marks=pytest.mark.slow,
        ),
    ],
    ids=str,
)
def test_one_pass_is_what_slices_are(rng, config):
    batch = weather_batch(rng)
    np.testing.assert_allclose(
        trained("one_pass", batch, **config),
        trained("slices", batch, **config),
        atol=2e-6,
    )


def test_with_one_weather_every_variable_is_trained(rng):
    x, y = weather_batch(rng)
    x["weather"] = np.zeros_like(x["weather"])
    restorer = models.MUIRFImageRestorer(
        small_backbone(num_weathers=1, **BLOCKS), weathers=("rain",)
    )
    restorer.compile(
        MVGH(keras.optimizers.SGD(1.0)),
        loss="mse",
        run_eagerly=BACKEND == "tensorflow",
    )
    shared = [
        v
        for v in restorer.trainable_variables
        if not restorer.optimizer.averages(v)
    ]
    before = [v.numpy() for v in shared]
    restorer.train_on_batch(x, y)
    still = [
        v.path
        for v, w in zip(shared, before, strict=True)
        if np.array_equal(v.numpy(), w)
    ]
    assert not still


def test_copies_do_not_change_the_result(rng):
    restorer = models.MUIRFImageRestorer(small_backbone(**BLOCKS))
    x, _ = weather_batch(rng)
    shared = [
        v
        for v in restorer.trainable_variables
        if not any(name in v.path for name in restorer.averaged_variables)
    ]
    copies = [keras.ops.repeat(v.value[None], 4, axis=0) for v in shared]
    with task_axis.copies(shared, copies):
        inside = restorer(x)
    np.testing.assert_allclose(
        keras.ops.convert_to_numpy(inside),
        keras.ops.convert_to_numpy(restorer(x)),
        atol=1e-6,
    )


def test_each_task_has_its_own_copy(rng):
    layer = keras.layers.Dense(3)
    x = rng.normal(size=(4, 2)).astype("float32")
    layer.build(x.shape)
    copies = rng.normal(size=(2, 3)).astype("float32")
    with task_axis.copies([layer.bias], [keras.ops.array(copies)]):
        spread = task_axis.spread(layer.bias, keras.ops.zeros((4, 5, 3)))
    assert spread.shape == (4, 1, 3)
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(spread)[:, 0], copies[[0, 0, 1, 1]]
    )


@pytest.mark.parametrize("side", [4, 40], ids=["small", "large"])
@pytest.mark.parametrize("layer", ["FastDepthwiseConv2D", "Conv2D"])
def test_each_task_convolves_with_its_own_copies(rng, layer, side):
    arguments = (3, 3) if layer == "Conv2D" else (3,)
    layer = getattr(layers, layer)(*arguments)
    x = rng.normal(size=(4, side, side, 3)).astype("float32")
    layer.build(x.shape)
    variables = [layer.kernel, layer.bias]
    copies = [
        rng.normal(size=(2, *v.shape)).astype("float32") for v in variables
    ]
    with task_axis.copies(variables, list(map(keras.ops.array, copies))):
        together = layer(x)
    for task, part in enumerate((slice(0, 2), slice(2, 4))):
        for variable, values in zip(variables, copies, strict=True):
            variable.assign(values[task])
        np.testing.assert_allclose(
            keras.ops.convert_to_numpy(together)[part],
            keras.ops.convert_to_numpy(layer(x[part])),
            atol=1e-5,
        )


class Ordinary(TaskGradientTrainer, keras.Model):
    num_tasks = 2
    task_gradients = "one_pass"

    def task_labels(self, x):
        return x["task"]


def test_a_layer_that_cannot_is_named(rng):
    inputs = {
        "image": keras.Input((3,), name="image"),
        "task": keras.Input((), name="task", dtype="int32"),
    }
    model = Ordinary(inputs, keras.layers.Dense(1, name="own")(inputs["image"]))
    model.compile(MVGH("sgd"), loss="mse")
    x = {"image": rng.normal(size=(4, 3)), "task": np.array([0, 0, 1, 1])}
    with pytest.raises(ValueError, match="own/kernel"):
        model.train_on_batch(x, np.zeros((4, 1)))
