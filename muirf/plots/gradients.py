"""Pictures of how the tasks' gradients get on with each other."""

from muirf.plots.style import INK
from muirf.plots.style import draw_cells
from muirf.plots.style import draw_lines
from muirf.plots.style import look
from muirf.plots.style import new_figure


def tasks_of(rows, name):
    """The tasks that a kind of figure is about, in their order."""
    found = {}
    for row in rows:
        if row.name == name:
            found.update(dict.fromkeys((row.task, row.other)))
    return [task for task in found if task]


def cosines(rows, log):
    """The cosine of every pair of gradients over the epochs."""
    series = {}
    for row in rows:
        if row.name == "gradient_cosine":
            pair = series.setdefault(f"{row.task}, {row.other}", {})
            pair[row.epoch] = row.value
    if not series:
        return None
    figure, axes = new_figure(8, 4)
    axes.axhline(0.0, color=INK, linewidth=1.0)
    draw_lines(axes, series)
    axes.set_title("Do the gradients agree?")
    axes.set_ylabel("cosine of two gradients\n(below 0: they conflict)")
    return figure


def cosine_matrix(rows, log):
    """The cosines of the last epoch, task against task."""
    rows = [r for r in rows if r.name == "gradient_cosine"]
    if not rows:
        return None
    tasks = tasks_of(rows, "gradient_cosine")
    last = max(row.epoch for row in rows)
    values = square(tasks, [r for r in rows if r.epoch == last])
    side = 1.6 + 0.75 * len(tasks)
    figure, axes = new_figure(side + 1.2, side)
    cells = draw_cells(
        axes, values, tasks, tasks, (-1, 1), "PuOr", form="{:+.2f}"
    )
    figure.colorbar(cells, ax=axes, shrink=0.8).outline.set_visible(False)
    axes.set_title(f"Cosines of the gradients, epoch {last + 1}")
    return figure


def square(tasks, rows):
    """Figures of pairs as a symmetric matrix without a diagonal."""
    place = {task: i for i, task in enumerate(tasks)}
    values = [[None] * len(tasks) for _ in tasks]
    for row in rows:
        i, j = place[row.task], place[row.other]
        values[i][j] = values[j][i] = row.value
    return values


def norms(rows, log):
    """The gradients' norms, and the largest against the smallest."""
    series = {}
    for row in rows:
        if row.name == "gradient_norm":
            series.setdefault(row.task, {})[row.epoch] = row.value
    imbalance = {
        row.epoch: row.value
        for row in rows
        if row.name == "norm_imbalance" and not row.layer
    }
    if not series or not imbalance:
        return None
    from matplotlib.ticker import LogLocator

    figure, (above, below) = new_figure(8, 5.5, 2, sharex=True)
    draw_lines(above, series)
    above.set_yscale("log")
    above.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    above.yaxis.set_major_formatter("{x:g}")
    above.yaxis.set_minor_formatter("")
    above.set_ylabel("norm of the gradient")
    above.set_title("Are the gradients alike in size?")
    above.label_outer()
    draw_lines(below, {"": imbalance}, {"": {"color": INK}})
    below.set_ylabel("largest norm / smallest")
    below.set_ylim(bottom=1.0)
    figure.align_ylabels()
    return figure


def conflicts(rows, log):
    """The share of conflicts before and after the rule."""
    labels = {
        "conflicts_before": "before the rule:\npairs of tasks",
        "conflicts_after": "after the rule:\ntasks that the step opposes",
    }
    series = {}
    for row in rows:
        if row.name in labels and not row.layer:
            values = series.setdefault(labels[row.name], {})
            values[row.epoch] = 100 * row.value
    if not series:
        return None
    colors = {label: look(i) for i, label in enumerate(labels.values())}
    figure, axes = new_figure(8, 4)
    draw_lines(axes, series, colors)
    axes.set_ylim(-3, 103)
    axes.set_ylabel("conflicts (%)")
    axes.set_title("How many conflicts does the rule leave?")
    return figure
