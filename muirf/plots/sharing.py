"""Pictures of what the network shares, and of whom it takes for whom."""

import math

from muirf.plots.gradients import square
from muirf.plots.gradients import tasks_of
from muirf.plots.style import COLORS
from muirf.plots.style import INK
from muirf.plots.style import draw_cells
from muirf.plots.style import draw_lines
from muirf.plots.style import look
from muirf.plots.style import new_figure

ALL = "all images"


def shared_fraction(rows, log):
    """The shared fraction of the last epoch, layer against weather."""
    return _by_layer(
        rows,
        "shared_fraction",
        "Shared channels of those that may be specific",
        (0.0, 1.0),
        "PuOr",
    )


def mask_variance(rows, log):
    """How much the masks differ between images, layer against weather."""
    return _by_layer(
        rows,
        "mask_variance",
        "Variance of the masks between images",
        (0.0, 0.25),
        "YlGnBu",
        form="{:.3f}",
    )


def _by_layer(rows, name, title, limits, colormap, form="{:.2f}"):
    rows = [row for row in rows if row.name == name]
    if not rows:
        return None
    last = max(row.epoch for row in rows)
    rows = [row for row in rows if row.epoch == last]
    columns = [*tasks_of(rows, name), ""]
    value = {(row.layer, row.task): row.value for row in rows}
    layers = list(dict.fromkeys(row.layer for row in rows))
    figure, axes = new_figure(
        3.5 + 0.85 * len(columns), min(1.3 + 0.24 * len(layers), 60)
    )
    cells = draw_cells(
        axes,
        [[value.get((layer, c)) for c in columns] for layer in layers],
        layers,
        [column or ALL for column in columns],
        limits,
        colormap,
        form,
    )
    # All images together are another thing than the weathers.
    axes.axvline(len(columns) - 1.5, color="white", linewidth=6)
    axes.tick_params(axis="y", labelsize=8)
    bar = figure.colorbar(cells, ax=axes, fraction=0.04, pad=0.02)
    bar.outline.set_visible(False)
    axes.set_title(f"{title}, epoch {last + 1}", x=0, ha="left")
    return figure


def mask_overlap(rows, log):
    """How alike the weathers' masks are, weather against weather."""
    rows = [row for row in rows if row.name == "mask_overlap"]
    if not rows:
        return None
    last = max(row.epoch for row in rows)
    weathers = tasks_of(rows, "mask_overlap")
    layers = {}
    for row in rows:
        if row.epoch == last:
            pair = layers.setdefault((row.task, row.other), [])
            pair.append(row.value)
    means = [
        rows[0]._replace(task=one, other=two, value=sum(v) / len(v))
        for (one, two), v in layers.items()
    ]
    side = 1.6 + 0.75 * len(weathers)
    figure, axes = new_figure(side + 1.2, side)
    cells = draw_cells(
        axes, square(weathers, means), weathers, weathers, (0, 1), "YlGnBu"
    )
    figure.colorbar(cells, ax=axes, shrink=0.8).outline.set_visible(False)
    axes.set_title(f"Overlap of the masks, epoch {last + 1}")
    return figure


def expert_load(rows, log):
    """The mean weights of the experts in the last epoch, by weather."""
    rows = [row for row in rows if row.name == "expert_load"]
    if not rows:
        return None
    last = max(row.epoch for row in rows)
    load = {}
    for row in rows:
        if row.epoch == last:
            load.setdefault(row.task, []).append(row.value)
    overall = load.pop("", None)
    panels = {**load, **({ALL: overall} if overall else {})}
    experts = max(len(values) for values in panels.values())
    columns = min(len(panels), 5)
    lines = math.ceil(len(panels) / columns)
    figure, axes = new_figure(
        1.0 + 2.0 * columns,
        0.8 + 2.2 * lines,
        lines,
        columns,
        sharex=True,
        sharey=True,
        squeeze=False,
    )
    for number, panel in enumerate(axes.flat):
        if number >= len(panels):
            panel.set_visible(False)
            continue
        name, values = list(panels.items())[number]
        color = INK if name == ALL else COLORS[number % len(COLORS)]
        panel.bar(range(len(values)), values, color=color, width=0.75)
        panel.axhline(1 / experts, color=INK, linewidth=1, linestyle=":")
        panel.set_title(name, fontweight="normal", fontsize=10, pad=4)
        panel.set_xticks(range(len(values)))
        if number + columns >= len(panels):
            panel.set_xlabel("expert")
            panel.tick_params(labelbottom=True)
        if number % columns == 0:
            panel.set_ylabel("mean weight")
    figure.suptitle(
        f"Load of the experts, epoch {last + 1} (dotted: all alike)",
        x=0.01,
        ha="left",
        fontsize=12,
        fontweight="bold",
        color=INK,
    )
    return figure


def weather_accuracy(rows, log):
    """How often the network recognizes the weather, over the epochs."""
    series = {}
    for row in rows:
        if row.name == "weather_accuracy":
            values = series.setdefault(row.task or ALL, {})
            values[row.epoch] = 100 * row.value
    if not series:
        return None
    overall = series.pop(ALL, None)
    colors = {weather: look(i) for i, weather in enumerate(series)}
    colors[ALL] = {"color": INK, "linewidth": 3.0}
    if overall:
        series[ALL] = overall
    figure, axes = new_figure(8, 4)
    draw_lines(axes, series, colors)
    axes.set_ylim(-3, 103)
    axes.set_ylabel("images whose weather is seen (%)")
    axes.set_title("Does the network know the weather?")
    return figure
