"""The pictures of a training run, one subject each."""

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import matplotlib.ticker
import numpy as np

# Okabe and Ito's colours, which all eyes tell apart.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9")
STYLE = {
    "axes.prop_cycle": plt.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "axes.titlesize": "medium",
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def draw(log, figures, folder):
    """Draws what there is to draw.

    Args:
        log: list of dicts, the rows of log.csv.
        figures: list of dicts, the rows of diagnostics.csv.
        folder: `pathlib.Path` of the pictures.

    Returns:
        The paths of the pictures.
    """
    pictures = {
        "training": lambda: _training(log),
        "gradients": lambda: _gradients(figures),
        "masks": lambda: _masks(figures),
        "overlap": lambda: _overlap(figures),
        "experts": lambda: _experts(figures),
        "weather": lambda: _over_epochs(
            figures, "weather_accuracy", "images whose weather is seen", (0, 1)
        ),
    }
    paths = []
    with plt.rc_context(STYLE):
        for name, make in pictures.items():
            figure = make()
            if figure is not None:
                path = folder / f"{name}.png"
                figure.savefig(path, dpi=120)
                plt.close(figure)
                paths.append(path)
    return paths


def _training(log):
    """Loss, PSNR and learning rate by epoch."""
    labels = {"loss": "loss", "psnr": "PSNR, dB", "learning_rate": "rate"}
    shown = [name for name in labels if log and name in log[0]]
    if not shown:
        return None
    figure, axes = plt.subplots(
        len(shown), figsize=(7, 2.2 * len(shown)), sharex=True, squeeze=False
    )
    epochs = [row["epoch"] for row in log]
    for axis, name in zip(axes[:, 0], shown, strict=True):
        axis.plot(epochs, _values(log, name), label="training")
        if f"val_{name}" in log[0]:
            axis.plot(epochs, _values(log, f"val_{name}"), label="validation")
            axis.legend()
        axis.set_ylabel(labels[name])
    axes[-1, 0].set_xlabel("epoch")
    return figure


def _gradients(figures):
    """Cosines of pairs, their last matrix, norms and conflicts."""
    cosines = _select(figures, "gradient_cosine")
    if not cosines:
        return None
    figure, ((pairs, matrix), (norms, conflicts)) = plt.subplots(
        2, 2, figsize=(11, 7)
    )
    for pair, rows in _group(cosines, "task", "other").items():
        pairs.plot(
            [r["epoch"] for r in rows],
            [r["value"] for r in rows],
            label=" and ".join(pair),
        )
    pairs.axhline(0, color="0.4", lw=0.8)
    pairs.set(title="cosine of two weathers' gradients", xlabel="epoch")
    pairs.legend(
        fontsize="small", ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1)
    )
    low, high = pairs.get_ylim()
    pairs.set_ylim(low, high + 0.35 * (high - low))  # room for the legend

    last = [r for r in cosines if r["epoch"] == cosines[-1]["epoch"]]
    tasks = list(dict.fromkeys(r[k] for r in last for k in ("task", "other")))
    grid = np.eye(len(tasks))
    for r in last:
        i, j = tasks.index(r["task"]), tasks.index(r["other"])
        grid[i, j] = grid[j, i] = r["value"]
    _heat(figure, matrix, grid, tasks, tasks, "RdBu", (-1, 1))
    matrix.set_title("cosines in the last epoch")

    for (task,), rows in _group(
        _select(figures, "gradient_norm"), "task"
    ).items():
        norms.plot(
            [r["epoch"] for r in rows],
            [r["value"] for r in rows],
            label=task,
        )
    norms.set(title="norm of the gradient", xlabel="epoch", yscale="log")
    norms.yaxis.set_minor_formatter(matplotlib.ticker.NullFormatter())
    norms.legend(fontsize="small")

    for name, label in (
        ("conflicts_before", "pairs in conflict before the rule"),
        ("conflicts_after", "weathers that the step opposes"),
    ):
        rows = [r for r in _select(figures, name) if not r["layer"]]
        conflicts.plot(
            [r["epoch"] for r in rows],
            [r["value"] for r in rows],
            label=label,
        )
    conflicts.set(title="share in conflict", xlabel="epoch", ylim=(-0.02, 1))
    conflicts.legend(fontsize="small")
    return figure


def _masks(figures):
    """Shared fraction and variance of masks, by layer and weather."""
    shared = _last(_select(figures, "shared_fraction"))
    if not shared:
        return None
    layers = list(dict.fromkeys(r["layer"] for r in shared))
    figure, axes = plt.subplots(
        1, 2, figsize=(11, 1.5 + 0.24 * len(layers)), sharey=True
    )
    for axis, name, title, top in (
        (axes[0], "shared_fraction", "fraction of channels shared", 1),
        (axes[1], "mask_variance", "variance of masks between images", 0.25),
    ):
        rows = _last(_select(figures, name))
        weathers = list(dict.fromkeys(r["task"] for r in rows))
        grid = np.full((len(layers), len(weathers)), np.nan)
        for r in rows:
            place = layers.index(r["layer"]), weathers.index(r["task"])
            grid[place] = r["value"]
        names = [w or "all" for w in weathers]
        _heat(figure, axis, grid, layers, names, "viridis", (0, top))
        axis.set_title(title)
    return figure


def _overlap(figures):
    """How alike the masks of two weathers are, in the mean over layers."""
    pairs = _group(_last(_select(figures, "mask_overlap")), "task", "other")
    if not pairs:
        return None
    weathers = list(dict.fromkeys(w for pair in pairs for w in pair))
    grid = np.eye(len(weathers))
    for (one, two), rows in pairs.items():
        i, j = weathers.index(one), weathers.index(two)
        grid[i, j] = grid[j, i] = np.mean([r["value"] for r in rows])
    figure, axis = plt.subplots(figsize=(5, 4))
    _heat(figure, axis, grid, weathers, weathers, "viridis", (0, 1))
    axis.set_title("overlap of masks, last epoch")
    return figure


def _experts(figures):
    """The mean weight of every expert, by weather, in the last epoch."""
    by_weather = _group(_last(_select(figures, "expert_load")), "task")
    if not by_weather:
        return None
    figure, axis = plt.subplots(figsize=(7, 3.5))
    width = 0.8 / len(by_weather)
    for place, ((weather,), rows) in enumerate(by_weather.items()):
        axis.bar(
            np.arange(len(rows)) + place * width,
            [r["value"] for r in rows],
            width,
            label=weather or "all",
            color="0.6" if not weather else COLOURS[(place - 1) % 6],
        )
    experts = [r["other"].rpartition(" ")[2] for r in rows]
    axis.set_xticks(np.arange(len(rows)) + 0.4 - width / 2, experts)
    axis.set(
        title="load of the experts, last epoch",
        xlabel="expert",
        ylabel="mean weight",
    )
    axis.grid(visible=False, axis="x")
    axis.legend(fontsize="small", ncols=len(by_weather))
    return figure


def _over_epochs(figures, name, title, limits):
    rows = _select(figures, name)
    if not rows:
        return None
    figure, axis = plt.subplots(figsize=(7, 3.5))
    for (task,), some in _group(rows, "task").items():
        axis.plot(
            [r["epoch"] for r in some],
            [r["value"] for r in some],
            label=task or "all",
            color=None if task else "0.2",
            lw=1.5 if task else 2.5,
        )
    axis.set(title=title, xlabel="epoch", ylim=limits)
    axis.legend(fontsize="small")
    return figure


def _heat(figure, axis, grid, rows, columns, colours, limits):
    image = axis.imshow(
        grid, cmap=colours, vmin=limits[0], vmax=limits[1], aspect="auto"
    )
    axis.set_yticks(range(len(rows)), rows)
    axis.set_xticks(range(len(columns)), columns)
    axis.grid(visible=False)
    if grid.size <= 36:
        # White on the dark ends, black in the light middle.
        for (i, j), value in np.ndenumerate(grid):
            red, green, blue, _ = image.cmap(image.norm(value))
            light = 0.3 * red + 0.6 * green + 0.1 * blue > 0.5
            axis.text(
                j,
                i,
                f"{value:.2f}",
                ha="center",
                va="center",
                color="black" if light else "white",
            )
    figure.colorbar(image, ax=axis, shrink=0.9)


def _select(figures, name):
    return [r for r in figures if r["name"] == name]


def _last(rows):
    return [r for r in rows if r["epoch"] == rows[-1]["epoch"]]


def _group(rows, *keys):
    groups = {}
    for row in rows:
        groups.setdefault(tuple(row[key] for key in keys), []).append(row)
    return groups


def _values(log, name):
    return [row[name] if row[name] != "" else np.nan for row in log]
