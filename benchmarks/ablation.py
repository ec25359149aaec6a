"""What CPSM and the gradient rules contribute, on equal terms.

    KERAS_BACKEND=tensorflow python benchmarks/ablation.py --data DATA

Every variant trains the same small network, with the same active
convolutions, on the same pool of crops, for the same steps, from the same
seeds: a seed draws the initial weights and the order of the batches. PSNR is
measured on crops of scenes held out of DATA/train, by which one may choose,
and PSNR and SSIM (Y, protocol `native`) on the images of DATA/test, which
nobody chooses by; with the weather not told and told.

A finished run is kept in the results file and not repeated: stop the command
and start it again at will, with other variants, seeds or more jobs.
"""

import ablation_report
import kept_runs
from ablation_variants import ALL
from ablation_variants import DRY
from ablation_variants import NETWORK
from ablation_variants import VARIANTS

STUDY = kept_runs.Study("ablation", "ablation_run.py", ALL, list(VARIANTS))


def arguments(words=None):
    parser = kept_runs.arguments(STUDY, __doc__)
    return kept_runs.parsed(STUDY, parser, words)


def settings_of(args):
    """What results must have in common to stand in one table."""
    return {
        "network": DRY if args.dry else NETWORK,
        "steps": args.steps,
        "learning_rate": args.learning_rate,
        "limit": args.limit,
        "pool": kept_runs.pool_of(args),
    }


def main():
    args = arguments()
    kept_runs.main(STUDY, args, settings_of(args), ablation_report.report)


if __name__ == "__main__":
    main()
