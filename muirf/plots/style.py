"""One look for all pictures of a run."""

import itertools
import os

INK = "#333333"
FAINT = "#9a9a9a"
# Okabe and Ito's colours, which the colour-blind tell apart, the strong ones
# first.
COLORS = ("#0072B2", "#D55E00", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
STYLES = ("-", "--", ":")

SETTINGS = {
    "font.size": 10,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": "#e6e6e6",
    "grid.linewidth": 0.8,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.solid_capstyle": "round",
    "figure.facecolor": "white",
    "savefig.dpi": 150,
}


def new_figure(width, height, rows=1, columns=1, **kwargs):
    """An empty figure.

    Args:
        width: float, in inches.
        height: float, in inches.
        rows: int, panels below each other.
        columns: int, panels beside each other.
        **kwargs: of matplotlib's `Figure.subplots`.

    Returns:
        matplotlib's `Figure` and its `Axes`, an array of them if there are
        several.
    """
    from matplotlib.figure import Figure

    # No pyplot: it would look for a screen.
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **kwargs)


def look(number):
    """Colour and line style of the line of that number."""
    n = len(COLORS)
    return {
        "color": COLORS[number % n],
        "linestyle": STYLES[number // n % len(STYLES)],
    }


def draw_lines(axes, series, colors=None):
    """Draws lines over the epochs, the legend in the order of their ends.

    Args:
        axes: matplotlib's `Axes`.
        series: dict from a label to a dict from epoch, from 0, to value.
        colors: dict from label to the keyword arguments of its line, or
            `None` for those of `look`.
    """
    from matplotlib.ticker import MaxNLocator

    handles = []
    for number, (label, values) in enumerate(series.items()):
        epochs = sorted(values)
        (line,) = axes.plot(
            [epoch + 1 for epoch in epochs],
            [values[epoch] for epoch in epochs],
            marker="o" if len(epochs) < 25 else None,
            markersize=4,
            label=label,
            **(colors[label] if colors else look(number)),
        )
        handles.append((values[epochs[-1]], -number, line))
    axes.set_xlabel("epoch")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    axes.margins(x=0.02)
    if len(series) > 1:
        # Beside the lines, and as they lie there: the legend hides nothing.
        lines = [line for *_, line in sorted(handles, key=lambda h: h[:2])]
        axes.legend(
            handles=lines[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5)
        )


def draw_cells(axes, values, rows, columns, limits, colormap, form="{:.2f}"):
    """Draws a table of numbers as coloured cells with the numbers in them.

    Args:
        axes: matplotlib's `Axes`.
        values: list of rows of floats, `None` for an empty cell.
        rows: list of strings.
        columns: list of strings.
        limits: `(low, high)` of the colours.
        colormap: string, matplotlib's name.
        form: format string of the numbers.

    Returns:
        What matplotlib's `Figure.colorbar` needs.
    """
    numbers = [[float("nan") if v is None else v for v in r] for r in values]
    image = axes.imshow(
        numbers,
        vmin=limits[0],
        vmax=limits[1],
        cmap=colormap,
        aspect="auto",
        interpolation="nearest",
    )
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    axes.grid(False)
    axes.spines[:].set_visible(False)
    # White gaps, as between tiles.
    axes.set_xticks([i - 0.5 for i in range(1, len(columns))], minor=True)
    axes.set_yticks([i - 0.5 for i in range(1, len(rows))], minor=True)
    axes.grid(which="minor", axis="both", color="white", linewidth=1.5)
    axes.tick_params(which="minor", length=0)
    for y, x in itertools.product(range(len(rows)), range(len(columns))):
        value = values[y][x]
        if value is not None:
            red, green, blue, _ = image.to_rgba(value)
            light = 0.3 * red + 0.6 * green + 0.1 * blue > 0.45
            axes.text(
                x,
                y,
                form.format(value),
                ha="center",
                va="center",
                fontsize=8,
                color=INK if light else "white",
            )
    return image


def save(figure, path):
    """Writes a figure as PNG, whole or not at all.

    Args:
        figure: matplotlib's `Figure`.
        path: path of the file.
    """
    unfinished = path.with_name(path.name + ".part")
    try:
        figure.savefig(unfinished, format="png")
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
