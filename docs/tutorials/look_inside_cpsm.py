# %% [markdown]
# # Look inside CPSM
#
# Which channels do rain and haze share, and which do they keep to themselves?
# This page puts weather on photographs, asks the network, and draws the
# answers. What the terms mean is on the page on [CPSM](../cpsm.md).

# %%
import keras
import matplotlib.pyplot as plt
import numpy as np
import skimage.data
from sklearn.datasets import load_sample_image

import keras_muirf
from keras_muirf import diagnostics
from keras_muirf import weather

# %% [markdown]
# ## Images
#
# Crops of the same six photographs, in four weathers: what differs between the
# weathers is the weather alone.

# %%
photographs = [
    skimage.data.astronaut(),
    skimage.data.chelsea(),
    skimage.data.coffee(),
    skimage.data.rocket(),
    load_sample_image("china.jpg"),
    load_sample_image("flower.jpg"),
]
clean = np.stack([p[40:232, 100:292] for p in photographs]) / np.float32(255)
layers = {
    "rain": weather.Rain("medium", seed=1),
    "snow": weather.Snow("medium", seed=2),
    "haze": weather.Haze("medium", seed=3),
    "raindrop": weather.Raindrop("medium", seed=4),
}
weathers = list(layers)
images = np.concatenate(
    [keras.ops.convert_to_numpy(layer(clean)) for layer in layers.values()]
)
labels = np.repeat(range(4), len(clean))

# %% [markdown]
# ## What the router says
#
# `restore` reports it. `"mask"` has a row for every image and a column for
# every output channel of a convolution: 1 where the channel comes from the
# kernel that all weathers share, 0 where it comes from the weather's own.

# %%
restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
    "muirf_tiny_all_weather"
)
_, routing = restorer.restore(images, return_routing=True)
masks = routing["mask"]
print(f"{len(masks)} convolutions choose among their channels")

# %% [markdown]
# ## How much is shared, layer by layer
#
# A half of the channels of every convolution are always shared in this preset,
# so the scale begins there. Rows are the layers from the first to the last.

# %%


def shared_by_weather(name):
    """The mean mask of each weather, `(weathers, channels)`."""
    return np.stack([masks[name][labels == k].mean(axis=0) for k in range(4)])


names = list(masks)
shares = np.stack([shared_by_weather(name).mean(axis=1) for name in names])
figure, axes = plt.subplots(figsize=(6, 0.25 * len(names) + 1))
picture = axes.imshow(shares, aspect="auto", cmap="PuOr", vmin=0.5, vmax=1)
axes.set_xticks(range(4), weathers)
axes.set_yticks(range(len(names)), names, fontsize=7)
axes.set_title("Share of the channels that come from the shared kernel")
figure.colorbar(picture)
plt.show()

# %% [markdown]
# ## Which channels
#
# The layer in which rain and haze differ most, channel by channel: violet for
# all six images of a weather where the channel is shared, brown where it is the
# weather's own, and between them where it depends on the image. Rain and haze
# agree where their rows have one colour.

# %%
rain, haze = weathers.index("rain"), weathers.index("haze")
differences = {}
for name in names:
    mean = shared_by_weather(name)
    differences[name] = np.abs(mean[rain] - mean[haze]).mean()
most = max(differences, key=differences.get)
mean = shared_by_weather(most)
changing = np.flatnonzero(mean.min(axis=0) < 1)
figure, axes = plt.subplots(figsize=(10, 2))
axes.imshow(mean[:, changing], aspect="auto", cmap="PuOr", vmin=0, vmax=1)
axes.set_yticks(range(4), weathers)
axes.set_xlabel(f"channels of {most} that are not shared by all")
plt.show()
print(f"{most}: {differences[most]:.3f} between rain and haze")
print(f"median layer: {np.median(list(differences.values())):.3f}")

# %% [markdown]
# ## How alike the weathers are
#
# `routing_figures` has these numbers for a run's diagnostics. The overlap of
# two weathers is 1 where both share exactly the same channels.

# %%
figures = diagnostics.routing_figures(
    masks=masks,
    expert_weights=restorer.route(restorer.shallow_moments(images))[
        "expert_weights"
    ],
    posterior=routing["weather"],
    labels=labels,
    weathers=weathers,
)
overlap = np.eye(4)
for k, one in enumerate(weathers):
    for j, two in enumerate(weathers):
        values = [
            figure.value
            for figure in figures
            if figure.name == "mask_overlap"
            and {figure.task, figure.other} == {one, two}
        ]
        if values:
            overlap[k, j] = np.mean(values)
print("overlap   " + "  ".join(f"{name:>8}" for name in weathers))
for name, row in zip(weathers, overlap, strict=True):
    print(f"{name:<10}" + "  ".join(f"{value:8.3f}" for value in row))

# %% [markdown]
# ## Does the choice matter?
#
# Take it away: tell the network a weather that is not there, and its specific
# channels come from another weather's kernels. If those channels did nothing of
# their own, each row would have the same number four times.

# %%


def psnr(restored, targets):
    error = np.square(restored - targets).mean(axis=(1, 2, 3))
    return -10 * np.log10(error).mean()


print("told      " + "  ".join(f"{name:>8}" for name in weathers))
for k, name in enumerate(weathers):
    seen = images[labels == k]
    row = [psnr(restorer.restore(seen, weather=w), clean) for w in weathers]
    print(f"{name:<10}" + "  ".join(f"{value:5.2f} dB" for value in row))

# %% [markdown]
# In every row the largest number stands under the weather that is there.
#
# Whether masks that depend on the image beat masks that do not is another
# question. Our [ablation](../ablation.md) of a small network could not show it:
# what gains there is that weathers have channels of their own.
#
# The same figures over a training run, as pictures: `muirf plot-run`, see
# [Diagnostics](../diagnostics.md).
