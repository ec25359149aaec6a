"""Draws docs/images/cpsm.svg and docs/images/mvgh.svg.

    KERAS_BACKEND=torch python docs/draw_diagrams.py

The arrows of the second are computed by the rule itself, for two weathers and a
network of two parameters.
"""

import pathlib

import keras
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.patches import FancyBboxPatch
from matplotlib.patches import Rectangle

from keras_muirf import optimizers

IMAGES = pathlib.Path(__file__).parent / "images"
INK = "#22272e"
SHARED = "#5b4a9e"
OWN = {"rain": "#1f77b4", "haze": "#d1781f"}
plt.rcParams.update(
    {
        "font.family": "sans-serif",
        "font.size": 10,
        "svg.hashsalt": "muirf",
        "text.color": INK,
    }
)


def box(axes, x, y, width, height, text, color="#eef0f4"):
    axes.add_patch(
        FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle="round,pad=0,rounding_size=0.08",
            facecolor=color,
            edgecolor=INK,
            linewidth=1,
        )
    )
    axes.text(x + width / 2, y + height / 2, text, ha="center", va="center")


def arrow(axes, start, end, text="", color=INK, width=1.4, above=0.12):
    axes.annotate(
        "",
        end,
        start,
        arrowprops={
            "arrowstyle": "-|>",
            "color": color,
            "lw": width,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    if text:
        middle = (np.add(start, end)) / 2
        axes.text(middle[0], middle[1] + above, text, ha="center", color=color)


def kernels(axes, x, y, colors, text):
    """A kernel as a row of output channels."""
    for channel, color in enumerate(colors):
        axes.add_patch(
            Rectangle(
                (x + 0.3 * channel, y),
                0.26,
                0.5,
                facecolor=color,
                edgecolor="white",
            )
        )
    axes.text(x - 0.12, y + 0.25, text, ha="right", va="center")


def draw_cpsm():
    figure, axes = plt.subplots(figsize=(10, 3.8))
    box(axes, 0, 3.1, 1.5, 0.9, "image")
    box(axes, 2.3, 3.1, 1.7, 0.9, "shallow\nfeatures")
    box(axes, 5.4, 3.1, 1.5, 0.9, "router")
    arrow(axes, (1.5, 3.55), (2.3, 3.55))
    arrow(axes, (4.0, 3.55), (5.4, 3.55), "moments")
    box(axes, 8.2, 3.7, 3.0, 0.6, "weights of the experts")
    box(axes, 8.2, 2.8, 3.0, 0.6, "the weather, here haze")
    arrow(axes, (6.9, 3.7), (8.2, 4.0))
    arrow(axes, (6.9, 3.4), (8.2, 3.1))

    mask = np.array([1, 1, 0, 1, 0, 0, 1, 1])
    own = OWN["haze"]
    kernels(axes, 2.3, 1.9, [SHARED] * 8, "shared by all weathers   W")
    kernels(axes, 2.3, 1.2, [own] * 8, "the weather's own   V")
    kernels(axes, 2.3, 0.5, ["#dfe3ea"] * 8, "the experts' vote   m")
    for channel, bit in enumerate(mask):
        axes.text(2.43 + 0.3 * channel, 0.75, bit, ha="center", va="center")
    arrow(axes, (4.95, 1.45), (6.9, 1.45), "m W + (1 - m) V")
    mixed = [SHARED if bit else own for bit in mask]
    kernels(axes, 7.1, 1.2, mixed, "")
    axes.text(8.3, 0.85, "the kernel of this image", ha="center")
    arrow(axes, (9.6, 1.45), (10.2, 1.45))
    box(axes, 10.2, 1.05, 1.6, 0.8, "convolution")
    axes.text(
        3.5,
        0.1,
        "one square for each output channel",
        ha="center",
        style="italic",
        fontsize=9,
    )
    axes.set_xlim(-1.0, 12.0)
    axes.set_ylim(-0.1, 4.5)
    axes.set_aspect("equal")
    axes.axis("off")
    save(figure, "cpsm.svg")


def step_of(rule, gradients, meta=None):
    """What a rule makes of the gradients, with a memory or none."""
    optimizer = rule("sgd", num_tasks=len(gradients))
    variable = keras.Variable(np.zeros(2, "float32"))
    optimizer.build([variable])
    for _ in range(20 if meta is not None else 0):
        optimizer.combine([keras.ops.convert_to_tensor(meta)])
    (step,) = optimizer.combine([keras.ops.convert_to_tensor(gradients)])
    return keras.ops.convert_to_numpy(step)


def draw_mvgh():
    # Haze: large. Rain: small, and against it.
    g = np.array([[-0.75, 0.6], [2.6, 0.45]], "float32")
    norms = np.linalg.norm(g, axis=1, keepdims=True)
    alike = g / norms * np.sqrt(norms.prod())
    weathers = ("rain", "haze")
    # What the weathers agreed on so far lay on haze's side.
    before = np.array([[0.9, 0.6], [1.0, 0.4]], "float32")
    panels = [
        (
            "The mean of the gradients\nfollows haze and harms rain",
            g,
            step_of(optimizers.MeanGradient, g),
        ),
        (
            "Sizes made alike:\nboth count",
            alike,
            step_of(optimizers.NormHomogenization, g),
        ),
        (
            "MVGH: projected so that neither is harmed,\n"
            "and weighed by what the meta vector tells",
            alike,
            step_of(optimizers.MVGH, g, meta=before),
        ),
    ]
    figure, rows = plt.subplots(1, 3, figsize=(11, 3.0), sharey=True)
    for place, (axes, (title, vectors, step)) in enumerate(
        zip(rows, panels, strict=True)
    ):
        for name, vector in zip(weathers, vectors, strict=True):
            arrow(axes, (0, 0), vector, color=OWN[name], width=2)
            label = vector + 0.14 * vector / np.linalg.norm(vector)
            axes.text(*label, name, color=OWN[name], ha="center")
        arrow(axes, (0, 0), step, color=SHARED, width=3.2)
        axes.text(
            *(step + 0.16 * step / np.linalg.norm(step)),
            "step",
            color=SHARED,
            ha="center",
            weight="bold",
        )
        if place == 2:
            meta = before.mean(axis=0)
            axes.plot(*zip((0, 0), meta, strict=True), ":", color=INK, lw=1.6)
            axes.text(0.5, -0.3, "dotted: meta vector", fontsize=9)
        normal = np.array([-g[0, 1], g[0, 0]]) / norms[0] * 3
        axes.plot(*np.stack([-normal, normal]).T, color="#b9c0cb", lw=1)
        axes.set_title(title, fontsize=10, color=INK)
        axes.set_xlim(-1.5, 3.1)
        axes.set_ylim(-0.8, 1.6)
        axes.set_aspect("equal")
        axes.axis("off")
    figure.text(
        0.5,
        0.02,
        "Grey: the border of what harms rain; a step below it does.",
        ha="center",
        fontsize=9,
        style="italic",
    )
    figure.tight_layout(rect=(0, 0.06, 1, 1))
    save(figure, "mvgh.svg")


def save(figure, name):
    path = IMAGES / name
    figure.savefig(path, metadata={"Date": None}, facecolor="white")
    plt.close(figure)
    print(path)


if __name__ == "__main__":
    draw_cpsm()
    draw_mvgh()
