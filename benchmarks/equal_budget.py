"""MUIRF against networks of two families, at equal multiply-adds.

    KERAS_BACKEND=tensorflow python benchmarks/equal_budget.py --data DATA

A compact NAFNet, a compact Restormer and MUIRF, of as many multiply-adds,
train on the same pool of crops for the same steps, from the same seeds, with
the same loss, optimizer and schedule. PSNR is measured on crops of scenes held
out of DATA/train, by which one may choose, and PSNR and SSIM (Y, protocol
`native`, tiles of 256 pixels) on the images of DATA/test, which nobody chooses
by; the weather is not told. `--cost` measures time and memory as well.

A finished run is kept in the results file and not repeated: stop the command
and start it again at will, with other networks, seeds or more jobs.
"""

import equal_budget_cost
import equal_budget_report
import kept_runs
from equal_budget_networks import NETWORKS

STUDY = kept_runs.Study(
    "equal_budget", "equal_budget_run.py", NETWORKS, list(NETWORKS)
)


def arguments(words=None):
    parser = kept_runs.arguments(STUDY, __doc__)
    parser.add_argument(
        "--cost",
        action="store_true",
        help="measure time and memory too, on every installed backend; let "
        "nothing else run meanwhile",
    )
    return kept_runs.parsed(STUDY, parser, words)


def settings_of(args):
    """What results must have in common to stand in one table."""
    return {
        "size": "dry" if args.dry else "full",
        "steps": args.steps,
        "learning_rate": args.learning_rate,
        "limit": args.limit,
        "pool": kept_runs.pool_of(args),
    }


def main():
    args = arguments()

    def report(kept, *files):
        if args.cost:
            kept["cost"] = equal_budget_cost.measure(kept["settings"]["size"])
            kept_runs.write(args.results, kept)
        equal_budget_report.report(kept, *files)

    kept_runs.main(STUDY, args, settings_of(args), report)


if __name__ == "__main__":
    main()
