"""Tables and a picture of the ablation's kept runs."""

import itertools
import os
import pathlib

import numpy as np
import timing
from ablation_variants import ALL
from ablation_variants import QUESTIONS

# On a page that has them, the tables stand between these.
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"
INSIDE = {
    "pairs in conflict": "conflicts_before",
    "tasks opposed by the step": "conflicts_after",
    "cosine of gradients": "gradient_cosine",
    "largest / smallest norm": "norm_imbalance",
    "shared fraction": "shared_fraction",
    "mask variance": "mask_variance",
    "mask overlap": "mask_overlap",
    "weather accuracy": "weather_accuracy",
}


def report(kept, markdown=None, picture=None):
    """Prints the tables, and writes them and the picture where asked."""
    parts = [f"{timing.describe(kept['where'])}\n"]
    parts += [timing.table(title, rows) for title, rows in tables(kept)]
    text = "\n".join(parts)
    print(text)
    if picture:
        plot(by_variant(kept), picture)
    if markdown:
        if picture:
            place = os.path.relpath(picture, os.path.dirname(markdown) or ".")
            place = pathlib.Path(place).as_posix()
            text = f"![PSNR of every run by weather]({place})\n\n{text}"
        write_markdown(pathlib.Path(markdown), text)


def write_markdown(path, text):
    """Writes a file, or the part between the marks of one that has them."""
    if path.exists():
        page = path.read_text(encoding="utf-8")
        before, begin, rest = page.partition(BEGIN)
        _, end, after = rest.partition(END)
        if begin and end:
            text = f"{before}{BEGIN}\n\n{text}\n{END}{after}"
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def by_variant(kept, variants=ALL):
    """The runs of each variant by seed, in the order of the variants."""
    runs = {}
    for name, result in kept["runs"].items():
        variant, _, seed = name.rpartition(", seed ")
        runs.setdefault(variant, {})[int(seed)] = result
    return {variant: runs[variant] for variant in variants if variant in runs}


def test_means(result, figure, told="auto"):
    """The mean of a figure over each weather's images, and that of these."""
    weathers = {}
    for one in result["test"][told]:
        weathers.setdefault(one["weather"], []).append(one)
    means = {
        weather: np.average(
            [one[figure] for one in weathers[weather]],
            weights=[one["images"] for one in weathers[weather]],
        )
        # In the network's order.
        for weather in result["validation"]["auto"]
        if weather in weathers
    }
    return with_mean(means)


def held_out_means(result, told="auto"):
    """The mean PSNR over each weather's held-out crops, and that of these."""
    crops = result["validation"][told]
    return with_mean({weather: np.mean(v) for weather, v in crops.items()})


def with_mean(weathers):
    return {**weathers, "mean": np.mean(list(weathers.values()))}


# What is measured of a run: a dict from the weathers and "mean" to figures.
MEASURES = {
    "Test, PSNR Y, dB": (lambda r: test_means(r, "psnr_y"), 2),
    "Test, SSIM Y": (lambda r: test_means(r, "ssim_y"), 4),
    "Test, the weather told, PSNR Y, dB": (
        lambda r: test_means(r, "psnr_y", "given"),
        2,
    ),
    "Held-out crops, PSNR RGB, dB": (held_out_means, 2),
    "Held-out crops, kernels mixed by the posterior, PSNR RGB, dB": (
        lambda r: held_out_means(r, "mixed"),
        2,
    ),
    "Held-out crops, the weather told, PSNR RGB, dB": (
        lambda r: held_out_means(r, "given"),
        2,
    ),
}
# Where the variants are compared.
COMPARED = {
    "held out": held_out_means,
    "held out, told": lambda r: held_out_means(r, "given"),
    "test": lambda r: test_means(r, "psnr_y"),
    "test, told": lambda r: test_means(r, "psnr_y", "given"),
}


def tables(kept):
    """Yields `(title, rows)`."""
    runs = by_variant(kept)
    yield "Networks", networks(runs)
    for title, (measure, digits) in MEASURES.items():
        yield title, measured(runs, measure, digits)
    differences = answers(runs)
    if differences:
        yield "Differences of the means over the weathers, dB", differences
    yield (
        "Inside: over training, and on the held-out crops after it",
        [
            {
                "variant": variant,
                **{
                    label: spread(
                        [figure_mean(r, name) for r in results.values()], 3
                    )
                    for label, name in INSIDE.items()
                },
            }
            for variant, results in runs.items()
        ],
    )


def networks(runs):
    """What the variants store and use, and the processor's time of a run."""
    rows = []
    for variant, results in runs.items():
        one = next(iter(results.values()))
        minutes = [r["cpu_seconds"] / 60 for r in results.values()]
        rows.append(
            {
                "variant": variant,
                "stored parameters": one["parameters"],
                "active parameters": one["active_parameters"],
                "seeds": len(results),
                "minutes of a core": spread(minutes, 1),
            }
        )
    return rows


def measured(runs, measure, digits, label="variant"):
    rows = []
    for variant, results in runs.items():
        found = [measure(result) for result in results.values()]
        row = {
            key: spread([means[key] for means in found], digits)
            for key in found[0]
        }
        rows.append({label: variant, **row})
    return rows


def answers(runs):
    """Pairs of variants, seed by seed: by how much, and how often, better."""
    rows = []
    for one, other in QUESTIONS:
        seeds = sorted(runs.get(one, {}).keys() & runs.get(other, {}).keys())
        if not seeds:
            continue
        pairs = [(runs[one][seed], runs[other][seed]) for seed in seeds]
        row = {"variant": one, "against": other, "seeds": len(seeds)}
        for label, measure in COMPARED.items():
            gains = [measure(a)["mean"] - measure(b)["mean"] for a, b in pairs]
            better = sum(gain > 0 for gain in gains)
            row[label] = f"{spread(gains, 2, '+')} ({better})"
        mean, error = over_crops(pairs)
        low, high = mean - 1.96 * error, mean + 1.96 * error
        row["held out, 95 % over crops"] = f"{low:+.2f} to {high:+.2f}"
        rows.append(row)
    return rows


def over_crops(pairs):
    """The mean gain over the weathers on the held-out crops.

    Args:
        pairs: list of two results of one seed.

    Returns:
        The mean, over the seeds too, and its standard error where the crops
        are drawn and the seeds are not.
    """
    gains = np.array(
        [
            [
                np.subtract(a["validation"]["auto"][w], values)
                for w, values in b["validation"]["auto"].items()
            ]
            for a, b in pairs
        ]
    ).mean(axis=0)
    weathers, crops = gains.shape
    variances = gains.var(axis=1, ddof=1) / crops
    return gains.mean(), np.sqrt(variances.sum()) / weathers


def figure_mean(result, name):
    """Mean of a diagnostic figure over layers and weathers; NaN if absent."""
    # Those of all weathers together are counted with none of theirs.
    alone = name in ("mask_variance", "shared_fraction", "weather_accuracy")
    values = [
        value
        for found, _, task, _, value in result["figures"]
        if found == name and not (alone and task)
    ]
    return float(np.mean(values)) if values else float("nan")


def spread(values, digits, sign=""):
    """The mean, with the standard deviation where there are several."""
    if np.isnan(values).any():
        return "-"
    form = f"{sign}.{digits}f"
    if len(values) < 2:
        return f"{np.mean(values):{form}}"
    return f"{np.mean(values):{form}} ± {np.std(values, ddof=1):.{digits}f}"


def plot(runs, path):
    """Draws the PSNR of every run, by weather."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    first = next(itertools.chain(*(r.values() for r in runs.values())))
    weathers = list(test_means(first, "psnr_y"))
    figure, axes = plt.subplots(
        1,
        len(weathers),
        figsize=(11, 1.2 + 0.28 * len(runs)),
        sharey=True,
        layout="constrained",
    )
    for axis, weather in zip(axes, weathers, strict=True):
        for place, results in enumerate(runs.values()):
            values = [
                test_means(result, "psnr_y")[weather]
                for result in results.values()
            ]
            axis.plot(values, [place] * len(values), "o", ms=5, color="#9bb8d3")
            axis.plot(
                np.mean(values), place, "|", ms=14, mew=2.5, color="#0b3c5d"
            )
        axis.set_title(weather, fontsize=11)
        axis.set_xlabel("PSNR Y, dB")
        axis.grid(axis="x", alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(range(len(runs)), list(runs))
    axes[0].invert_yaxis()
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    figure.savefig(path, dpi=100)
    plt.close(figure)
