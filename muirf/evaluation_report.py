"""What `muirf evaluate` prints and writes, and on what it depends."""

import json
import math
import platform
import sys


def describe(preset, network, sets, protocols, options):
    """What the figures depend on, and where they are measured.

    Args:
        preset: string.
        network: `keras_muirf.evaluation.Network` or `None`.
        sets: list of `keras_muirf.evaluation.EvaluationSet`.
        protocols: names of protocols.
        options: dict of the command's `tile` and `weather`.

    Returns:
        A dict that JSON can hold.
    """
    import keras

    import keras_muirf
    from keras_muirf import evaluation

    backend = keras.config.backend()
    tiles = f"tiles of {options['tile']}" if options["tile"] else "whole images"
    return {
        "preset": preset,
        "protocols": {
            name: f"{evaluation.PROTOCOLS[name]}; {tiles}" for name in protocols
        },
        "figures depend on": {
            "weights": network and network.fingerprint(),
            "weather": options["weather"],
            "tile": options["tile"],
            "backend": backend,
            "keras_muirf": keras_muirf.__version__,
            "sets": {some.name: some.fingerprint() for some in sets},
        },
        "machine": {
            "platform": platform.platform(),
            "device": str(keras.ops.zeros(1).device),
            "python": platform.python_version(),
            "keras": keras.__version__,
            backend: sys.modules[backend].__version__,
        },
    }


def report_text(rows, settings):
    """Tables, and lines that say how the figures came about.

    Args:
        rows: list of dicts of `keras_muirf.evaluation.evaluate`.
        settings: dict of `describe`.
    """
    from keras_muirf import evaluation

    parts = [evaluation.as_table(rows)]
    confusion = evaluation.as_confusion_table(rows)
    if confusion:
        parts.append(confusion)
    depend = settings["figures depend on"]
    weights = (depend["weights"] or "none")[:12]
    lines = [f"Protocol: {line}" for line in settings["protocols"].values()]
    lines.append(
        f"Weights: {settings['preset']}, sha256 {weights}; weather "
        f"{depend['weather']}; {depend['backend']}"
    )
    files = (f"{name} {sha[:12]}" for name, sha in depend["sets"].items())
    lines.append(f"Files, sha256: {', '.join(files)}")
    failed = [row for row in rows if row["error"]]
    first = {(r["set"], r["name"]): r["error"] for r in reversed(failed)}
    lines += [
        f"Not measured: {name} of {some} ({error})"
        for (some, name), error in sorted(first.items())
    ]
    return "\n\n".join([*parts, "\n".join(lines)])


def write_report(folder, rows, settings):
    """Writes `tables.md` and `evaluation.json`.

    Args:
        folder: `pathlib.Path`.
        rows: list of dicts of `keras_muirf.evaluation.evaluate`.
        settings: dict of `describe`.
    """
    from keras_muirf import evaluation

    text = report_text(rows, settings) + "\n"
    (folder / "tables.md").write_text(text, encoding="utf-8")
    summaries = evaluation.summarize(rows)
    for summary in summaries:
        summary["how"] = _how(summary, settings)
    record = {
        **settings,
        "sets": summaries,
        "confusion": evaluation.confusion(rows),
    }
    text = json.dumps(_finite(record), indent=2, allow_nan=False) + "\n"
    (folder / "evaluation.json").write_text(text, encoding="utf-8")


def _how(summary, settings):
    """All that a figure depends on, in one string."""
    depend = settings["figures depend on"]
    return (
        f"{settings['protocols'][summary['protocol']]}; weather "
        f"{depend['weather']}; files {depend['sets'][summary['set']]}; "
        f"weights {depend['weights']}; {depend['backend']}"
    )


def _finite(value):
    """Infinite PSNR of equal images, and none at all, as JSON's null."""
    if isinstance(value, dict):
        return {key: _finite(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
