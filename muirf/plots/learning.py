"""Pictures of how the training went."""

from muirf.plots.style import COLORS
from muirf.plots.style import FAINT
from muirf.plots.style import draw_lines
from muirf.plots.style import new_figure

UNITS = {"psnr": "PSNR (dB)", "ssim": "SSIM", "loss": "loss"}


def training(rows, log):
    """Loss, image quality and learning rate over the epochs."""
    panels = [(label, _of_log(log, name)) for name, label in UNITS.items()]
    if not any(series for _, series in panels):
        return None
    panels.append(("learning rate", _learning_rate(rows, log)))
    panels = [(label, series) for label, series in panels if series]
    figure, axes = new_figure(
        7, 0.6 + 1.9 * len(panels), len(panels), sharex=True, squeeze=False
    )
    looks = {
        "training": {"color": COLORS[0]},
        "validation": {"color": COLORS[1]},
        "": {"color": FAINT},
    }
    for (label, series), panel in zip(panels, axes[:, 0], strict=True):
        draw_lines(panel, series, looks)
        panel.set_ylabel(label)
        panel.ticklabel_format(axis="y", scilimits=(-2, 4))
        panel.label_outer()
    figure.align_ylabels()
    axes[0, 0].set_title("Training")
    return figure


def _of_log(log, name):
    series = {"training": log.get(name), "validation": log.get(f"val_{name}")}
    return {label: values for label, values in series.items() if values}


def _learning_rate(rows, log):
    rates = {r.epoch: r.value for r in rows if r.name == "learning_rate"}
    rates = rates or log.get("learning_rate")
    return {"": rates} if rates else {}
