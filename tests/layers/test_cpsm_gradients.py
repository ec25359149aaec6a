"""Straight-through gradients, seen in what one step of SGD moves."""

import keras
import numpy as np
from keras import ops

from keras_muirf import layers


def model():
    image = keras.Input((6, 6, 4), name="image")
    weather = keras.Input((), dtype="int32", name="weather")
    router = layers.CPSMRouter(
        num_weathers=4,
        num_experts=3,
        context_dim=4,
        noise=0.0,
        posterior_rate=0.0,
        weather_loss_weight=0.0,
        balance_loss_weight=0.0,
    )
    routing = router(image, weather)
    weights = (routing["expert_weights"], routing["weather_weights"])
    x = layers.CPSMConv2D(4, 3, name="dense")(image, *weights)
    x = layers.CPSMDepthwiseConv2D(3, name="depthwise")(x, *weights)
    x = layers.CPSMPointwiseConv2D(2, name="pointwise")(x, *weights)
    return keras.Model({"image": image, "weather": weather}, x)


def test_gradients_reach_what_they_should_and_nothing_else():
    keras.utils.set_random_seed(1)
    network = model()
    rng = np.random.default_rng(0)
    for layer in network.layers:
        if isinstance(layer, layers.CPSMConvolution):
            # Some channels shared, some specific, none by a wide margin.
            signs = np.resize([1.0, -1.0], layer.score_bias.shape)
            layer.score_bias.assign(signs)
            layer.expert_scores.assign(
                rng.normal(0, 0.3, layer.expert_scores.shape)
            )
    x = {
        "image": rng.normal(size=(8, 6, 6, 4)).astype("float32"),
        "weather": np.repeat([1, 3], 4).astype("int32"),
    }
    y = rng.normal(size=(8, 6, 6, 2)).astype("float32")
    before = {w.path: ops.convert_to_numpy(w.value) for w in network.weights}
    network.compile(keras.optimizers.SGD(1.0), loss="mse")
    network.train_on_batch(x, y)
    moved = {
        w.path: np.abs(ops.convert_to_numpy(w.value) - before[w.path])
        for w in network.weights
    }
    for path, change in moved.items():
        name = path.split("/")[-1]
        if name in ("specific_kernel", "specific_bias"):
            assert np.all(change[[0, 2]] == 0), path
            assert change[1].max() > 0 and change[3].max() > 0, path
        if name in ("kernel", "expert_scores", "score_bias"):
            assert change.max() > 0, path
        if name in ("expert_kernel", "z_scale"):
            assert change.max() > 0, path
        # The posterior chooses a weather without a gradient here: the label
        # did, and its cross-entropy is off.
        if name == "weather_kernel":
            assert change.max() == 0, path
