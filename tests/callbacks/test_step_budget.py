import keras
import numpy as np
import pytest

from keras_muirf.callbacks import StepBudget


class Rates(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.rates = []

    def on_train_batch_end(self, batch, logs=None):
        rate = self.model.optimizer.learning_rate
        self.rates.append(float(keras.ops.convert_to_numpy(rate)))


def build_model(**options):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(), loss="mse", **options)
    return model


def fit(model, budget):
    x = np.ones((4, 2), "float32")
    rates = Rates()
    history = model.fit(
        x,
        x[:, :1],
        batch_size=1,
        epochs=budget.epochs,
        callbacks=[budget, rates],
        verbose=0,
    )
    return rates.rates, history


def schedule(steps, warmup=0.25):
    progress = np.arange(steps) / steps
    rise = np.maximum(np.minimum(progress / warmup, 1), 0.01)
    return 0.1 * rise * (0.5 + 0.5 * np.cos(np.pi * progress))


def test_the_learning_rate_follows_the_steps():
    rates, history = fit(build_model(), StepBudget(10, 0.1, warmup=0.25))
    np.testing.assert_allclose(rates, schedule(10), rtol=1e-5)
    assert history.epoch == [0, 1, 2]
    np.testing.assert_allclose(
        history.history["learning_rate"], schedule(10)[[3, 7, 9]], rtol=1e-5
    )


def test_stages_and_sessions_share_one_schedule():
    model = build_model()
    first = StepBudget(10, 0.1, warmup=0.25, stop_at=0.5)
    rates, _ = fit(model, first)
    assert len(rates) == 5 and first.spent and first.epochs == 0
    second = StepBudget(10, 0.1, warmup=0.25)
    second.set_state(first.get_state())
    rates += fit(model, second)[0]
    np.testing.assert_allclose(rates, schedule(10), rtol=1e-5)
    more = StepBudget(20, 0.1)
    more.set_state(second.get_state())
    assert more.progress == 0.5


@pytest.mark.skipif(
    keras.config.backend() == "torch", reason="not on PyTorch, says Keras"
)
def test_several_steps_per_execution_are_all_counted():
    budget = StepBudget(8, 0.1)
    rates, _ = fit(build_model(steps_per_execution=2), budget)
    assert (len(rates), budget.used) == (4, 8)


@pytest.mark.parametrize("steps", [0, -1, 2.5])
def test_impossible_steps(steps):
    with pytest.raises(ValueError, match=f"`steps` .*Received: steps={steps}"):
        StepBudget(steps, 0.1)
