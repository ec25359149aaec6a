"""What CPSM and the gradient rules contribute, on equal terms.

    KERAS_BACKEND=tensorflow python benchmarks/ablation.py --data DATA

Every variant trains the same small network, with the same active parameters,
on the same pool of crops, for the same steps, from the same seeds: a seed
draws the initial weights and the order of the batches. PSNR is measured on
crops of scenes held out of DATA/train, by which one may choose, and PSNR and
SSIM (Y, protocol `native`, weather not told) on the images of DATA/test, which
nobody chooses by.

A finished run is kept in the results file and not repeated: stop the command
and start it again at will, with other variants, seeds or more jobs.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import timing
from ablation_variants import NETWORK
from ablation_variants import VARIANTS

HERE = pathlib.Path(__file__).parent
RESULTS = HERE.parent / "docs" / "results" / "ablation.json"


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", default=os.environ.get("MUIRF_DATA"))
    parser.add_argument("--variants", nargs="+", choices=VARIANTS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument(
        "--limit", type=int, default=10, help="test images of each set"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, help="runs at once, a thread each"
    )
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument(
        "--pool",
        default=os.path.join(tempfile.gettempdir(), "muirf-ablation"),
        help="folder that keeps the training crops",
    )
    parser.add_argument("--markdown", help="file for the table")
    parser.add_argument("--plot", help="file for the picture")
    parser.add_argument(
        "--only-report", action="store_true", help="run nothing"
    )
    parser.add_argument(
        "--dry", action="store_true", help="a few steps, to see that it runs"
    )
    args = parser.parse_args()
    if args.dry:
        args.steps, args.limit = 60, 1
    if args.data is None and not args.only_report:
        parser.error("give the folder with train/ and test/ by --data")
    return args


def settings_of(args):
    """What results must have in common to stand in one table."""
    sizes = [8, 48, 1, 96] if args.dry else [600, 48, 5, 96]
    return {
        "network": NETWORK,
        "steps": args.steps,
        "learning_rate": args.learning_rate,
        "limit": args.limit,
        "pool": sizes,
    }


def run(args, settings, variant, seed):
    """Trains and measures one variant in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        result = os.path.join(folder, "result.json")
        words = {
            **settings,
            "variant": variant,
            "seed": seed,
            "data": args.data,
            "pool": [args.data, args.pool, *settings["pool"]],
            "result": result,
        }
        log = pathlib.Path(args.pool) / f"{variant}-{seed}.log"
        with open(log, "w", encoding="utf-8") as file:
            code = subprocess.run(
                [sys.executable, HERE / "ablation_run.py", json.dumps(words)],
                env={
                    **os.environ,
                    "OMP_NUM_THREADS": "1",
                    "TF_NUM_INTRAOP_THREADS": "1",
                    "TF_NUM_INTEROP_THREADS": "1",
                },
                stdout=file,
                stderr=file,
            ).returncode
        if code:
            raise RuntimeError(f"{variant}, seed {seed} failed: see {log}")
        return json.loads(pathlib.Path(result).read_text())


def run_missing(args, settings, kept):
    """Runs what is not in the results yet; they are written after each."""
    wanted = [
        (variant, seed)
        for seed in args.seeds
        for variant in args.variants or VARIANTS
        if f"{variant}, seed {seed}" not in kept["runs"]
    ]
    os.makedirs(args.pool, exist_ok=True)
    if wanted:
        # The pool is made once, before two runs want it at once.
        subprocess.run(
            [sys.executable, HERE / "ablation_data.py", args.data, args.pool]
            + [str(size) for size in settings["pool"]],
            check=True,
        )
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as executor:
        futures = {
            executor.submit(run, args, settings, *one): one for one in wanted
        }
        for future in concurrent.futures.as_completed(futures):
            variant, seed = futures[future]
            kept["runs"][f"{variant}, seed {seed}"] = future.result()
            kept["where"] = timing.surroundings([future.result()["backend"]])
            write(args.results, kept)
            print(f"{variant}, seed {seed}: done", flush=True)


def write(path, kept):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(kept, indent=1))
    os.replace(part, path)


def load(path, settings):
    key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
    kept = {"key": key, "settings": settings, "runs": {}}
    if path.exists():
        found = json.loads(path.read_text())
        if found["key"] != key:
            raise SystemExit(
                f"{path} holds runs with other settings "
                f"({found['settings']}); name another file with --results."
            )
        kept = found
    return kept


def by_variant(kept):
    """The runs of each variant, in the order of VARIANTS."""
    runs = {}
    for variant in VARIANTS:
        some = [
            result
            for name, result in kept["runs"].items()
            if name.rpartition(", seed ")[0] == variant
        ]
        if some:
            runs[variant] = some
    return runs


def test_means(result, figure):
    """The mean of a figure over each weather's images."""
    weathers = {}
    for one in result["test"]:
        weathers.setdefault(one["weather"], []).append(one)
    means = {
        weather: np.average(
            [one[figure] for one in sets],
            weights=[one["images"] for one in sets],
        )
        for weather, sets in weathers.items()
    }
    return {**means, "mean": np.mean(list(means.values()))}


def figure_mean(result, name):
    values = [value for n, *_, value in result["figures"] if n == name]
    return float(np.mean(values)) if values else float("nan")


def spread(values, digits):
    mean = np.mean(values)
    if len(values) < 2:
        return f"{mean:.{digits}f}"
    return f"{mean:.{digits}f} ± {np.std(values, ddof=1):.{digits}f}"


def tables(kept):
    runs = by_variant(kept)
    for title, figure, digits in (
        ("Test, PSNR Y, dB", "psnr_y", 2),
        ("Test, SSIM Y", "ssim_y", 4),
    ):
        rows = []
        for variant, results in runs.items():
            means = [test_means(one, figure) for one in results]
            rows.append(
                {
                    "variant": variant,
                    "seeds": len(results),
                    **{
                        weather: spread([m[weather] for m in means], digits)
                        for weather in means[0]
                    },
                }
            )
        yield title, rows
    yield (
        "Held-out crops of the training sets, PSNR RGB, dB",
        [
            {
                "variant": variant,
                **{
                    w: spread([r["validation"][w] for r in results], 2)
                    for w in results[0]["validation"]
                },
                "mean": spread(
                    [np.mean(list(r["validation"].values())) for r in results],
                    2,
                ),
            }
            for variant, results in runs.items()
        ],
    )
    names = {
        "pairs in conflict": "conflicts_before",
        "tasks opposed by the step": "conflicts_after",
        "cosine of gradients": "gradient_cosine",
        "largest / smallest norm": "norm_imbalance",
        "shared fraction": "shared_fraction",
        "mask variance": "mask_variance",
        "mask overlap": "mask_overlap",
        "weather accuracy": "weather_accuracy",
    }
    yield (
        "Inside: over training, and on the held-out crops after it",
        [
            {
                "variant": variant,
                **{
                    label: spread([figure_mean(r, name) for r in results], 3)
                    for label, name in names.items()
                },
            }
            for variant, results in runs.items()
        ],
    )


def plot(kept, path):
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    runs = by_variant(kept)
    weathers = list(
        next(iter(test_means(r[0], "psnr_y") for r in runs.values()))
    )
    figure, axes = plt.subplots(
        1, len(weathers), figsize=(12, 3.2), sharey=True, layout="constrained"
    )
    for axis, weather in zip(axes, weathers, strict=True):
        for place, results in enumerate(runs.values()):
            values = [test_means(r, "psnr_y")[weather] for r in results]
            axis.plot(values, [place] * len(values), "o", color="#9bb8d3")
            axis.plot(
                np.mean(values), place, "|", ms=16, mew=2.5, color="#0b3c5d"
            )
        axis.set_title(weather)
        axis.set_xlabel("PSNR Y, dB")
        axis.grid(axis="x", alpha=0.3)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_yticks(range(len(runs)), list(runs))
    axes[0].invert_yaxis()
    figure.savefig(path, dpi=110)


def main():
    args = arguments()
    kept = load(args.results, settings_of(args))
    if not args.only_report:
        run_missing(args, kept["settings"], kept)
    if not kept["runs"]:
        raise SystemExit("There are no runs yet.")
    parts = [f"{timing.describe(kept['where'])}\n"]
    parts += [timing.table(title, rows) for title, rows in tables(kept)]
    print("\n".join(parts))
    if args.markdown:
        pathlib.Path(args.markdown).write_text("\n".join(parts))
    if args.plot:
        plot(kept, args.plot)


if __name__ == "__main__":
    main()
