"""Runs of a study that are kept and not repeated, several at once.

A study trains variants of a network from several seeds, every run in a process
of its own that `Study.script` does, on one pool of crops from `ablation_data`.
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
from typing import NamedTuple

import timing

HERE = pathlib.Path(__file__).parent


class Study(NamedTuple):
    """What is compared.

    Args:
        name: string, of its results file.
        script: string, the script that does one run. It is given a JSON object
            and writes another to the file `result` in it.
        variants: dict from names to what defines them, in types of JSON.
        default: list of strings, the variants that are run unless others are
            named.
    """

    name: str
    script: str
    variants: dict
    default: list

    @property
    def results(self):
        return HERE.parent / "docs" / "results" / f"{self.name}.json"


def arguments(study, description):
    """The parser of the arguments that all studies have."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument(
        "--data",
        default=os.environ.get("MUIRF_DATA"),
        help="folder with train/ and test/ (default: $MUIRF_DATA)",
    )
    parser.add_argument(
        "--variants",
        nargs="+",
        choices=study.variants,
        default=study.default,
        metavar="VARIANT",
        help=f"of: {'; '.join(study.variants)}. Default: the first "
        f"{len(study.default)}",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--learning-rate", type=float, default=2e-3)
    parser.add_argument(
        "--limit", type=int, default=10, help="test images of each set"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, help="runs at once, a thread each"
    )
    parser.add_argument(
        "--results",
        type=pathlib.Path,
        help="file that keeps the finished runs (default: "
        f"{os.path.relpath(study.results)})",
    )
    parser.add_argument(
        "--pool",
        type=pathlib.Path,
        default=pathlib.Path(tempfile.gettempdir(), "muirf-ablation"),
        help="folder that keeps the training crops (default: %(default)s)",
    )
    parser.add_argument(
        "--markdown",
        help="file for the tables, or a page on which they have their place",
    )
    parser.add_argument("--plot", help="file for the picture")
    parser.add_argument(
        "--only-report", action="store_true", help="run nothing"
    )
    parser.add_argument(
        "--again",
        action="store_true",
        help="forget what is kept of these variants and seeds",
    )
    parser.add_argument(
        "--dry",
        action="store_true",
        help="a few steps of a very small network, to see that it runs",
    )
    return parser


def parsed(study, parser, words=None):
    """Parses the arguments, with what follows from others."""
    args = parser.parse_args(words)
    if args.dry:
        args.steps, args.limit = 10, 1
    if args.results is None:
        dry = args.pool / f"{study.name}-dry.json"
        args.results = dry if args.dry else study.results
    if args.data is None and not args.only_report:
        parser.error("give the folder with train/ and test/ by --data")
    return args


def pool_of(args):
    """Batches to train on and their crops, the same for validation."""
    return [4, 32, 1, 32] if args.dry else [1500, 48, 20, 96]


def key_of(settings):
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]


def load(path, settings=None):
    """The results so far, or an exit where they are of other settings."""
    if not path.exists():
        return {"key": key_of(settings), "settings": settings, "runs": {}}
    kept = json.loads(path.read_text())
    if settings is not None and kept["key"] != key_of(settings):
        raise SystemExit(
            f"{path} holds runs with other settings ({kept['settings']}); "
            "name another file with --results."
        )
    return kept


def write(path, kept):
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    # A line for each run.
    runs = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(run)}"
        for name, run in kept["runs"].items()
    )
    rest = {name: value for name, value in kept.items() if name != "runs"}
    part.write_text(f'{json.dumps(rest)[:-1]}, "runs": {{\n{runs}\n}}}}\n')
    os.replace(part, path)


def name_of(variant, seed):
    return f"{variant}, seed {seed}"


def definition_of(study, variant):
    """What a variant was when it ran, as the results file has it."""
    return json.loads(json.dumps(study.variants[variant]))


def require_same(study, kept, args, backend, pool):
    """Exits where kept runs and those to come could not be compared."""
    reasons = []
    if kept.setdefault("pool", pool) != pool:
        reasons.append("were trained on other crops")
    for name, result in kept["runs"].items():
        if result["backend"] != backend:
            reasons.append(f"are of {result['backend']}, as {name}")
        variant = name.rpartition(", seed ")[0]
        if result.get("definition") != definition_of(study, variant):
            reasons.append(
                f"have a {variant} that was {result.get('definition')} "
                "(--again with --variants runs it anew)"
            )
    if reasons:
        raise SystemExit(
            f"The runs in {args.results} {'; '.join(dict.fromkeys(reasons))}: "
            "these cannot be compared. Name another file with --results."
        )


def run(study, args, kept, variant, seed):
    """Trains and measures one variant in a process of its own."""
    # Named after all it depends on: a run that ends without the command that
    # started it is found here by the next one.
    key = key_of([kept["key"], kept["pool"], definition_of(study, variant)])
    stem = args.pool / f"{key}-{variant.replace(' ', '_')}-{seed}"
    result, log = (stem.with_name(stem.name + end) for end in (".json", ".log"))
    if args.again:
        result.unlink(missing_ok=True)
    if not result.exists():
        words = {
            **kept["settings"],
            "variant": variant,
            "seed": seed,
            "data": args.data,
            "pool": [args.data, str(args.pool), *kept["settings"]["pool"]],
            "result": str(result),
        }
        with open(log, "w", encoding="utf-8") as file:
            code = subprocess.run(
                [sys.executable, HERE / study.script, json.dumps(words)],
                env=one_thread(),
                stdout=file,
                stderr=file,
            ).returncode
        if code:
            raise RuntimeError(f"{name_of(variant, seed)} failed: see {log}")
    return json.loads(result.read_text())


def one_thread():
    names = (
        "OMP_NUM_THREADS",
        "TF_NUM_INTRAOP_THREADS",
        "TF_NUM_INTEROP_THREADS",
    )
    return {**os.environ, **dict.fromkeys(names, "1")}


def run_missing(study, args, kept):
    """Runs what is not in the results yet; they are written after each.

    Returns:
        A list of strings, what failed.
    """
    wanted = [(v, seed) for seed in args.seeds for v in args.variants]
    if args.again:
        for one in wanted:
            kept["runs"].pop(name_of(*one), None)
    wanted = [one for one in wanted if name_of(*one) not in kept["runs"]]
    if not wanted:
        return []
    args.pool.mkdir(parents=True, exist_ok=True)
    # The pool is made once, before two runs want it at once.
    sizes = [str(size) for size in kept["settings"]["pool"]]
    made = subprocess.run(
        [sys.executable, HERE / "ablation_data.py", args.data, args.pool]
        + sizes,
        stdout=subprocess.PIPE,
        text=True,
    )
    if made.returncode:
        raise SystemExit(f"No crops could be made of {args.data}, see above.")
    backend, pool = made.stdout.split()[-2:]
    require_same(study, kept, args, backend, pool)
    kept["where"] = {**timing.surroundings([backend]), "threads": "1"}
    failed = []
    executor = concurrent.futures.ThreadPoolExecutor(args.jobs)
    try:
        futures = {
            executor.submit(run, study, args, kept, *one): one for one in wanted
        }
        for future in concurrent.futures.as_completed(futures):
            name = name_of(*futures[future])
            try:
                kept["runs"][name] = future.result()
            except RuntimeError as error:
                failed.append(str(error))
                print(error, file=sys.stderr, flush=True)
                continue
            write(args.results, kept)
            print(f"{name}: done", flush=True)
    finally:
        # Interrupted, it starts no other run.
        executor.shutdown(cancel_futures=True)
    return failed


def main(study, args, settings, report):
    """Runs what is missing and reports on all that is there.

    Args:
        study: `Study`.
        args: from `parsed`.
        settings: dict, what the results must have in common.
        report: function of the results and the files for tables and picture.
    """
    kept = load(args.results, None if args.only_report else settings)
    failed = [] if args.only_report else run_missing(study, args, kept)
    if kept["runs"]:
        report(kept, args.markdown, args.plot)
    elif not failed:
        raise SystemExit("There are no runs yet.")
    if failed:
        raise SystemExit("; ".join(failed))
