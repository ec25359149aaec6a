"""What becomes of the rows of `evaluate`: means, confusion, tables."""

import math

import numpy as np

from keras_muirf.evaluation.protocol import FIGURES


def summarize(rows):
    """Means of every set, method and protocol.

    Args:
        rows: List of dictionaries, of `keras_muirf.evaluation.evaluate`.

    Returns:
        A list of dictionaries, in the order of the rows: `set`, `method`,
        `protocol`, `weather`, `images`, `failed` (not in the means),
        `psnr_y`, `ssim_y`, `psnr_rgb`, `ssim_rgb`, and `weather_accuracy`,
        a float or `None` where there is nothing to be right about.
    """
    groups = {}
    for row in rows:
        key = (row["set"], row["protocol"], row["method"])
        groups.setdefault(key, []).append(row)
    summaries = []
    for (name, protocol, method), group in groups.items():
        good = [row for row in group if not row["error"]]
        summary = {
            "set": name,
            "method": method,
            "protocol": protocol,
            "weather": group[0]["weather"] or None,
            "images": len(good),
            "failed": len(group) - len(good),
        }
        for figure in FIGURES:
            values = [row[figure] for row in good]
            summary[figure] = float(np.mean(values)) if values else math.nan
        right = [
            row["seen"] == row["weather"]
            for row in good
            if row["seen"] and row["weather"]
        ]
        summary["weather_accuracy"] = float(np.mean(right)) if right else None
        summaries.append(summary)
    return summaries


def confusion(rows):
    """How often which weather was seen in which.

    Args:
        rows: List of dictionaries, of `keras_muirf.evaluation.evaluate`.

    Returns:
        A dictionary from the weather of the sets (`"none"` for those without)
        to a dictionary from the weather seen to a number of images. Every
        image counts once, whatever the number of protocols.
    """
    seen = {}
    for row in rows:
        if row["seen"] and not row["error"]:
            key = (row["set"], row["name"])
            seen.setdefault(key, (row["weather"] or "none", row["seen"]))
    columns = sorted({weather for pair in seen.values() for weather in pair})
    columns = [c for c in columns if c != "none"]
    counts = {}
    for weather, found in seen.values():
        line = counts.setdefault(weather, dict.fromkeys(columns, 0))
        line[found] += 1
    return counts


def as_table(rows):
    """A Markdown table of the means, both colours side by side.

    Args:
        rows: List of dictionaries, of `keras_muirf.evaluation.evaluate`.

    Returns:
        A string of lines.
    """
    summaries = summarize(rows)
    several = len({summary["protocol"] for summary in summaries}) > 1
    header = ["set", "images", *(["protocol"] if several else []), "method"]
    header += ["PSNR Y", "SSIM Y", "PSNR RGB", "SSIM RGB", "weather"]
    lines = [header, ["---"] * len(header)]
    for summary in summaries:
        images = str(summary["images"])
        if summary["failed"]:
            images += f" of {summary['images'] + summary['failed']}"
        accuracy = summary["weather_accuracy"]
        lines.append(
            [
                summary["set"],
                images,
                *([summary["protocol"]] if several else []),
                summary["method"],
                *(_figure(summary[f], f) for f in FIGURES),
                "" if accuracy is None else f"{accuracy:.0%}",
            ]
        )
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def as_confusion_table(rows):
    """A Markdown table of `confusion`, or an empty string without a network.

    Args:
        rows: List of dictionaries, of `keras_muirf.evaluation.evaluate`.

    Returns:
        A string of lines.
    """
    counts = confusion(rows)
    if not counts:
        return ""
    columns = list(next(iter(counts.values())))
    lines = [["weather", *(f"seen as {c}" for c in columns), "right"]]
    lines.append(["---"] * len(lines[0]))
    for weather, line in counts.items():
        right = "" if weather == "none" else line.get(weather, 0)
        total = sum(line.values())
        share = "" if right == "" else f"{right / total:.0%}"
        lines.append([weather, *(str(line[c]) for c in columns), share])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _figure(value, name):
    if math.isnan(value):
        return "-"
    return f"{value:.2f}" if name.startswith("psnr") else f"{value:.4f}"
