import numpy as np


def as_lines(figures):
    """A few short lines on the figures of an epoch, for a terminal.

    Args:
        figures: list of `keras_muirf.diagnostics.Figure`.

    Returns:
        A list of strings: on the gradients, the masks and the routing, each
        only if there are figures of it.
    """
    lines = (_gradients(figures), _masks(figures), _routing(figures))
    return [line for line in lines if line]


def _gradients(figures):
    overall = {f.name: f.value for f in figures if not f.layer and not f.task}
    if "conflicts_before" not in overall:
        return None
    parts = [
        f"{_percent(overall['conflicts_before'])} of pairs conflict, "
        f"{_percent(overall['conflicts_after'])} of tasks after the rule"
    ]
    cosines = _named(figures, "gradient_cosine")
    if cosines:
        low = min(cosines, key=lambda f: f.value)
        high = max(cosines, key=lambda f: f.value)
        parts.append(
            f"cosines {low.value:+.2f} ({low.task}-{low.other}) to "
            f"{high.value:+.2f} ({high.task}-{high.other})"
        )
    if "norm_imbalance" in overall:
        parts.append(f"norms 1 to {overall['norm_imbalance']:.1f}")
    return "gradients: " + ", ".join(parts)


def _masks(figures):
    shared = [f for f in _named(figures, "shared_fraction") if not f.task]
    if not shared:
        return None
    variance = [f for f in _named(figures, "mask_variance") if not f.task]
    line = (
        f"masks: {_percent(_mean(shared))} shared "
        f"({_percent(min(f.value for f in shared))} to "
        f"{_percent(max(f.value for f in shared))} by layer), "
        f"variance {_mean(variance):.3f}"
    )
    overlap = _named(figures, "mask_overlap")
    if overlap:
        line += f", overlap of weathers {_mean(overlap):.2f}"
    return line


def _routing(figures):
    load = [f.value for f in _named(figures, "expert_load") if not f.task]
    if not load:
        return None
    line = f"routing: expert load {min(load):.2f} to {max(load):.2f}"
    accuracy = _named(figures, "weather_accuracy")
    if accuracy:
        of = {f.task: f.value for f in accuracy}
        line += f", weather seen in {_percent(of.pop(''))} of images"
        if of:
            worst = min(of, key=of.get)
            line += f" (least {worst}, {_percent(of[worst])})"
    return line


def _named(figures, name):
    return [f for f in figures if f.name == name]


def _mean(figures):
    return np.mean([f.value for f in figures])


def _percent(value):
    return f"{100 * value:.0f} %"
