# %% [markdown]
# # Add a gradient rule of your own
#
# Every batch gives one gradient per weather. A rule makes one step of them.
# This page writes a rule that the package does not have, checks its promise and
# trains with it, beside three that the package has.

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import skimage.data
from keras import ops
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import datasets
from keras_muirf import models
from keras_muirf import optimizers
from keras_muirf import weather

# %% [markdown]
# ## The rule
#
# MGDA (Désidéri, 2012; Sener and Koltun, NeurIPS 2018) takes the shortest
# vector among all weighted means of the gradients. It has the same inner
# product with all gradients that take part in it, and harms none. All that it
# needs are the inner products `G_kj = <g_k, g_j>`, and that is what a
# `GramianRule` is given.
#
# The minimum of `w' G w` over weights that are not negative and sum to 1 is
# found by the Frank-Wolfe steps of Sener and Koltun's algorithm 2: the corner
# in which the slope is steepest, and the best point on the way there.


# %%
@keras.saving.register_keras_serializable(package="my_rules")
class MGDA(optimizers.GramianRule):
    """The shortest weighted mean of the gradients."""

    def weights(self, gramian):
        tasks = gramian.shape[-1]
        w = ops.full(ops.shape(gramian)[:2], 1.0 / tasks, gramian.dtype)
        for _ in range(30):
            slopes = ops.einsum("gkj,gj->gk", gramian, w)
            corner = ops.one_hot(ops.argmin(slopes, axis=1), tasks)
            way = corner - w
            square = ops.einsum("gk,gkj,gj->g", way, gramian, way)
            slope = ops.sum(way * slopes, axis=1)
            step = ops.clip(-slope / (square + 1e-12), 0.0, 1.0)
            w = w + step[:, None] * way
        return w


# %% [markdown]
# No train step knows about it, and none has to: a rule wraps an optimizer, on
# TensorFlow, JAX and PyTorch alike. Its promise can be checked at once:

# %%
gradients = np.random.default_rng(0).normal(size=(4, 50)).astype("float32")
gradients[0] = 5 * gradients[0] - 3 * gradients[1]  # Large, and in conflict.
gramian = gradients @ gradients.T
weights = MGDA(keras.optimizers.Adam()).weights(ops.array(gramian[None]))
weights = ops.convert_to_numpy(weights)[0]
step = weights @ gradients
print("weights", weights.round(3))
print("length of the step", np.linalg.norm(step).round(3))
print("of the mean       ", np.linalg.norm(gradients.mean(axis=0)).round(3))
print("with each gradient", (gradients @ step).round(2))

# %% [markdown]
# ## Training with it
#
# The same small network, the same batches, four rules.

# %%
for name, photograph in {
    "astronaut": skimage.data.astronaut(),
    "cat": skimage.data.chelsea(),
    "coffee": skimage.data.coffee(),
    "flower": load_sample_image("flower.jpg"),
}.items():
    keras_muirf.restoration.write_image(f"clean/{name}.png", photograph)
clean = datasets.CleanFolder("clean")
layers = {
    "rain": weather.Rain(seed=1),
    "snow": weather.Snow(seed=2),
    "haze": weather.Haze(seed=3),
    "raindrop": weather.Raindrop(seed=4),
}


def train(rule):
    """The losses of some epochs of a small network."""
    keras.utils.set_random_seed(0)
    dataset = datasets.WeatherMajorDataset(
        {
            name: datasets.Synthesized(clean, layer)
            for name, layer in layers.items()
        },
        images_per_weather=2,
        crop_size=48,
        steps_per_epoch=10,
    )
    restorer = models.MUIRFImageRestorer(
        models.MUIRFBackbone(
            widths=(16,), encoder_blocks=(), middle_blocks=1, decoder_blocks=()
        )
    )
    restorer.compile(rule(keras.optimizers.Adam(2e-3)), loss="mae")
    losses = restorer.fit(dataset, epochs=5, verbose=0).history["loss"]
    return losses, ops.convert_to_numpy(restorer.optimizer.last_weights)


for rule in (
    optimizers.MeanGradient,
    optimizers.UPGrad,
    optimizers.MVGH,
    MGDA,
):
    losses, last_weights = train(rule)
    plt.plot(range(1, 6), losses, label=rule.__name__)
    print(f"{rule.__name__:<12} last weights {last_weights[0].round(2)}")
plt.xlabel("epoch")
plt.ylabel("loss")
plt.legend()
plt.show()

# %% [markdown]
# Fifty steps decide nothing about which rule is best; that takes
# [seeds and test sets](../ablation.md).
#
# ## Further
#
# - Rules with a memory, and rules that are no weighted sum:
#   [A rule of your own](../gradient_rules.md#a-rule-of-your-own).
# - The same rules for any Keras model with several tasks:
#   [Any model](../gradient_rules.md#any-model-with-several-tasks).
# - To make it a part of the package: [Contributing](../../CONTRIBUTING.md).
