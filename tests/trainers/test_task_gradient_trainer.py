import keras
import numpy as np
import pytest

from keras_muirf.optimizers import MVGH
from keras_muirf.optimizers import MeanGradient

BACKEND = keras.config.backend()
eager_only = pytest.mark.skipif(
    BACKEND == "torch", reason="one step an execution, compiles for minutes"
)


def sgd(**kwargs):
    return keras.optimizers.SGD(0.1, momentum=0.9, **kwargs)


def rich_adamw(**kwargs):
    return keras.optimizers.AdamW(
        keras.optimizers.schedules.CosineDecay(0.02, 8),
        weight_decay=0.01,
        global_clipnorm=0.05,
        use_ema=True,
        ema_momentum=0.5,
        ema_overwrite_frequency=2,
        **kwargs,
    )


@pytest.mark.parametrize(
    "inner",
    [
        sgd,
        rich_adamw,
        lambda: sgd(gradient_accumulation_steps=2, clipnorm=0.1),
        lambda: sgd(loss_scale_factor=64.0),
    ],
)
def test_the_mean_of_the_tasks_is_the_ordinary_step(
    make_model, data, fit, inner
):
    plain, tasks = make_model(), make_model()
    plain.compile(inner(), "mse", metrics=["mae"])
    tasks.compile(MeanGradient(inner()), "mse", metrics=["mae"])
    sample_weight = np.linspace(0.5, 2.0, len(data[1])).astype("float32")
    sample_weight = sample_weight[:, None, None]
    a = fit(plain, data, sample_weight=sample_weight, validation_data=data)
    b = fit(tasks, data, sample_weight=sample_weight, validation_data=data)
    assert a.keys() == b.keys() == {"loss", "mae", "val_loss", "val_mae"}
    for name in a:
        np.testing.assert_allclose(a[name], b[name], rtol=2e-5)
    for v, w in zip(
        plain.trainable_variables, tasks.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(v.numpy(), w.numpy(), atol=2e-5)
    # The state of a layer passes through the tasks one after another.
    calls = [m.get_layer("counter").calls.numpy() for m in (plain, tasks)]
    assert calls[1] == 3 * calls[0] > 0


def test_the_rule_sees_the_gradients_of_the_tasks(make_model, data):
    x, y = data
    gradients = []
    for task in range(3):
        model = make_model()
        model.compile(keras.optimizers.SGD(1.0), loss="mse")
        before = [v.numpy() for v in model.trainable_variables]
        part = slice(2 * task, 2 * task + 2)
        part_x = {name: value[part] for name, value in x.items()}
        model.train_on_batch(part_x, y[part])
        gradients.append(
            [
                v - w.numpy()
                for v, w in zip(before, model.trainable_variables, strict=True)
            ]
        )
    expected = make_model()
    rule = MVGH(keras.optimizers.SGD(1.0))
    rule.apply(
        [
            keras.ops.convert_to_tensor(np.stack(g))
            for g in zip(*gradients, strict=True)
        ],
        expected.trainable_variables,
    )
    actual = make_model()
    actual.compile(MVGH(keras.optimizers.SGD(1.0)), loss="mse")
    x = {name: value[:6] for name, value in x.items()}
    actual.train_on_batch(x, y[:6])
    for v, w in zip(
        expected.trainable_variables, actual.trainable_variables, strict=True
    ):
        np.testing.assert_allclose(v.numpy(), w.numpy(), atol=1e-5)


@pytest.mark.parametrize(
    "compile_args",
    [
        {"run_eagerly": True},
        pytest.param({"jit_compile": True}, marks=eager_only),
        pytest.param({"steps_per_execution": 2}, marks=eager_only),
    ],
)
def test_ways_of_execution_agree(make_model, data, fit, weights, compile_args):
    reference, model = make_model(), make_model()
    reference.compile(MVGH(sgd()), loss="mse")
    model.compile(MVGH(sgd()), loss="mse", **compile_args)
    fit(reference, data)
    fit(model, data)
    np.testing.assert_allclose(weights(model), weights(reference), atol=2e-5)


@pytest.mark.skipif(BACKEND != "torch", reason="torch has no such steps")
def test_torch_refuses_several_steps_per_execution(make_model, data, fit):
    model = make_model()
    model.compile(MVGH(sgd()), loss="mse", steps_per_execution=2)
    with pytest.raises(ValueError, match="steps_per_execution"):
        fit(model, data)


def test_gradient_accumulation(make_model, data):
    model = make_model()
    model.compile(MVGH(sgd(gradient_accumulation_steps=2)), loss="mse")
    x, y = data
    batch = {name: value[:6] for name, value in x.items()}, y[:6]
    start = model.trainable_variables[0].numpy()
    model.train_on_batch(*batch)
    np.testing.assert_array_equal(model.trainable_variables[0].numpy(), start)
    model.train_on_batch(*batch)
    assert np.abs(model.trainable_variables[0].numpy() - start).max() > 1e-4


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_mixed_precision(make_model, data, fit, dtype):
    model = make_model(dtype)
    model.compile(MVGH(sgd()), loss="mse")
    scaled = isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (dtype == "mixed_float16")
    loss = fit(model, data, epochs=4)["loss"]
    assert loss[-1] < loss[0]
    rule = model.task_gradient_optimizer
    assert int(rule.iterations) == 8
    assert not rule.skipped.numpy().any()
    reference = make_model("float32")
    reference.compile(MVGH(sgd()), loss="mse")
    np.testing.assert_allclose(
        loss, fit(reference, data, epochs=4)["loss"], rtol=0.05
    )


def test_loss_scaling_skips_a_step_that_is_not_finite(make_model, data):
    model = make_model("mixed_float16")
    model.compile(MVGH(sgd()), loss="mse")
    x, y = data
    x = {name: value[:6].copy() for name, value in x.items()}
    x["image"][0] = np.inf
    before = model.trainable_variables[0].numpy()
    model.train_on_batch(x, y[:6])
    np.testing.assert_array_equal(model.trainable_variables[0].numpy(), before)
    assert model.optimizer.dynamic_scale.numpy() == 2.0**14


def test_a_task_that_is_not_finite_does_not_stop_the_others(make_model, data):
    model = make_model()
    model.compile(MVGH(sgd()), loss="mse")
    x, y = data
    x = {name: value[:6].copy() for name, value in x.items()}
    x["image"][0] = np.nan
    before = model.trainable_variables[0].numpy()
    model.train_on_batch(x, y[:6])
    after = model.trainable_variables[0].numpy()
    assert np.isfinite(after).all() and np.any(after != before)
    np.testing.assert_array_equal(model.optimizer.skipped.numpy(), [1, 0, 0])


@pytest.mark.filterwarnings("ignore:Gradients do not exist")
def test_variables_without_a_gradient_stay(make_model, data, fit):
    model = make_model(idle=True)
    model.layers[-1].trainable = False
    unused = model.get_layer("counter").unused
    before = unused.numpy()
    model.compile(MVGH(sgd()), loss="mse")
    loss = fit(model, data)["loss"]
    assert loss[-1] < loss[0]
    np.testing.assert_array_equal(unused.numpy(), before)


def test_learning_rate_callbacks(make_model, data, fit):
    model = make_model("mixed_float16")
    model.compile(MVGH(sgd()), loss="mse")
    schedule = keras.callbacks.LearningRateScheduler(lambda e: 0.01 / (e + 1))
    plateau = keras.callbacks.ReduceLROnPlateau(
        "loss", factor=0.5, patience=0, min_delta=1e9
    )
    history = fit(model, data, callbacks=[schedule, plateau])
    np.testing.assert_allclose(
        history["learning_rate"], [0.01, 0.005], rtol=1e-6
    )
    inner = model.task_gradient_optimizer.inner_optimizer
    # The plateau's first epoch sets the mark, the second halves the rate.
    np.testing.assert_allclose(inner.learning_rate.numpy(), 0.0025, rtol=1e-6)


@pytest.mark.parametrize("dtype", [None, "mixed_float16"])
def test_swapping_averaged_weights(make_model, data, fit, dtype):
    model = make_model(dtype)
    model.compile(
        MVGH(sgd(use_ema=True, ema_momentum=0.5)),
        loss="mse",
    )
    fit(model, data, callbacks=[keras.callbacks.SwapEMAWeights()])
    inner = model.task_gradient_optimizer.inner_optimizer
    for average, variable in zip(
        inner._model_variables_moving_average,
        model.trainable_variables,
        strict=True,
    ):
        np.testing.assert_array_equal(average.numpy(), variable.numpy())


@pytest.mark.parametrize("dtype", [None, "mixed_float16"])
def test_a_saved_model_continues_bit_for_bit(
    make_model, data, fit, weights, tmp_path, dtype
):
    path = str(tmp_path / "model.keras")
    model = make_model(dtype)
    # No moving average: with one, Keras 3.15 cannot fit a JAX model twice.
    model.compile(MVGH(keras.optimizers.AdamW(0.02), alpha=0.5), loss="mse")
    fit(model, data, callbacks=[keras.callbacks.ModelCheckpoint(path)])
    again = keras.models.load_model(path)
    assert isinstance(again.task_gradient_optimizer, MVGH)
    assert again.task_gradient_optimizer.alpha == 0.5
    assert again.optimizer is not model.optimizer
    fit(model, data)
    fit(again, data)
    np.testing.assert_array_equal(weights(model), weights(again))
    for v, w in zip(
        model.optimizer.variables, again.optimizer.variables, strict=True
    ):
        np.testing.assert_array_equal(v.numpy(), w.numpy())


def test_a_resumed_run_is_bit_equal(make_model, data, fit, weights, tmp_path):
    class Interrupt(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                raise KeyboardInterrupt

    def compiled():
        model = make_model()
        model.compile(MVGH(rich_adamw()), loss="mse")
        return model

    straight = compiled()
    fit(straight, data, epochs=4)
    backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
    with pytest.raises(KeyboardInterrupt):
        fit(compiled(), data, epochs=4, callbacks=[backup, Interrupt()])
    resumed = compiled()
    backup = keras.callbacks.BackupAndRestore(str(tmp_path / "backup"))
    history = fit(resumed, data, epochs=4, callbacks=[backup])
    assert len(history["loss"]) == 2
    np.testing.assert_array_equal(weights(straight), weights(resumed))
