import keras
import numpy as np
import pytest
from keras import layers

from keras_muirf.trainers import TaskGradientTrainer

TASKS = 3
BATCH = 6


@keras.saving.register_keras_serializable("tests")
class Counter(layers.Layer):
    """Counts its training calls and adds a loss; may have an unused weight."""

    def __init__(self, idle=False, **kwargs):
        super().__init__(**kwargs)
        self.idle = idle

    def build(self, input_shape):
        self.calls = self.add_weight(
            shape=(), initializer="zeros", trainable=False, name="calls"
        )
        if self.idle:
            self.unused = self.add_weight(shape=(2,), name="unused")

    def call(self, inputs, training=False):
        if training:
            self.calls.assign(self.calls + 1.0)
            squares = keras.ops.square(keras.ops.cast(inputs, "float32"))
            self.add_loss(0.1 * keras.ops.mean(squares))
        return inputs

    def get_config(self):
        return {**super().get_config(), "idle": self.idle}


@keras.saving.register_keras_serializable("tests")
class TaskModel(TaskGradientTrainer, keras.Model):
    num_tasks = TASKS
    batch_help = "Use the test's own data."

    def task_labels(self, x):
        return x["task"]


def build_model(idle=False):
    """A small convolutional model, equal on every backend."""
    image = keras.Input((6, 6, 3), name="image", dtype="float32")
    task = keras.Input((), name="task", dtype="int32")
    h = layers.Conv2D(6, 3, activation="tanh")(image)
    h = Counter(idle, name="counter")(h)
    h = layers.Conv2D(3, 1)(h)
    model = TaskModel({"image": image, "task": task}, h)
    rng = np.random.default_rng(1)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(0.0, 0.2, variable.shape))
    return model


def build_data(batches=2):
    """Batches of three tasks with targets that conflict."""
    rng = np.random.default_rng(0)
    size = batches * BATCH
    x = rng.normal(size=(size, 6, 6, 3)).astype("float32")
    task = np.arange(size) * TASKS // BATCH % TASKS
    sign = np.array([1.0, -1.0, 0.3], "float32")[task][:, None, None, None]
    y = sign * x[:, 1:-1, 1:-1]
    return {"image": x, "task": task.astype("int32")}, y


@pytest.fixture
def make_model():
    policy = keras.config.dtype_policy()

    def make_model(dtype=None, idle=False):
        # For the rest of the test, so that it also holds for loaded models.
        keras.config.set_dtype_policy(dtype or policy)
        return build_model(idle)

    yield make_model
    keras.config.set_dtype_policy(policy)


@pytest.fixture
def data():
    return build_data()


@pytest.fixture
def fit():
    def fit(model, data, epochs=2, **kwargs):
        return model.fit(
            *data,
            batch_size=BATCH,
            shuffle=False,
            epochs=epochs,
            verbose=0,
            **kwargs,
        ).history

    return fit


@pytest.fixture
def weights():
    def weights(model):
        return np.concatenate([v.numpy().ravel() for v in model.weights])

    return weights
