"""Do mixed precisions train to the same quality as float32?

    python benchmarks/precision.py --backend torch --data DATA --steps 500

One small network is trained in float32, mixed bfloat16 and mixed float16, from
the same initial weights on the same batches, once for every seed, and measured
on crops that were held out. Aim: a precision's mean PSNR differs from that of
float32 by no more than the seeds of float32 do among themselves, the largest
less the smallest. Seed by seed, the table also has the mean difference and its
standard error: the finer look.

DATA is what recipes read; `DATA/train/clean/bsds500` is used, with weather
synthesized. Without it pictures are drawn.
"""

import pathlib
import tempfile
import time

import kept_runs
import numpy as np
import timing

POLICIES = ("float32", "mixed_bfloat16", "mixed_float16")
SIZE = {
    "widths": (16, 32),
    "encoder_blocks": (1,),
    "middle_blocks": 2,
    "decoder_blocks": (1,),
    "stem_width": 16,
}
CROP = 48
IMAGES_PER_WEATHER = 4
HELD_OUT_BATCHES = 8
STEPS_PER_EPOCH = 100


def measure(args):
    import keras

    if args.dry:
        args.steps, args.seeds = 4, 2
    settings = [keras.config.backend(), args.steps, images_of(args)]
    settings += [crop_of(args), None if args.dry else SIZE, args.data]
    kept = {"runs": {}}
    if args.results:
        kept = kept_runs.load(args.results, settings)
    found = {policy: [] for policy in POLICIES}
    with tempfile.TemporaryDirectory() as scratch:
        sources, held_out = read_photographs(args, scratch)
        for seed in range(args.seeds):
            for policy in POLICIES:
                name = kept_runs.name_of(policy, seed)
                if name not in kept["runs"]:
                    kept["runs"][name] = train(
                        policy, seed, sources, held_out, args
                    )
                    if args.results:
                        kept_runs.write(args.results, kept)
                found[policy].append(kept["runs"][name])
    title = (
        f"{'dry run' if args.dry else 'small network'}, {args.steps} steps of "
        f"{4 * images_of(args)} crops of {crop_of(args)}, "
        f"{args.seeds} seeds, {keras.config.backend()}"
    )
    yield f"Precision: {title}", rows(found)


def read_photographs(args, scratch):
    """Sources of every weather, for training and held out."""
    from keras_muirf import weather
    from keras_muirf.datasets import CleanFolder
    from keras_muirf.datasets import Synthesized
    from keras_muirf.training.drawn_data import draw

    data = pathlib.Path(args.data or draw(scratch))
    photographs, held_out = CleanFolder(
        data / "train" / "clean" / "bsds500"
    ).split(0.1)
    layers = {
        "rain": weather.Rain(seed=0),
        "snow": weather.Snow(seed=0),
        "haze": weather.Haze(seed=0),
        "raindrop": weather.Raindrop(seed=0),
    }
    return (
        {name: Synthesized(part, layer) for name, layer in layers.items()}
        for part in (photographs, held_out)
    )


def train(policy, seed, sources, held_out, args):
    """Trains one network and measures it.

    Returns:
        A dict of the held-out `loss` and `psnr`, the `seconds` that training
        took, and `bad steps` without a finite loss.
    """
    import keras

    from keras_muirf.callbacks import NonFiniteGuard
    from keras_muirf.callbacks import StepBudget
    from keras_muirf.losses import RestorationLoss
    from keras_muirf.optimizers import MVGH

    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(seed)
    restorer = new_restorer(args)
    restorer.compile(
        MVGH(keras.optimizers.AdamW(1e-3, weight_decay=1e-4)),
        loss=RestorationLoss(),
    )
    budget = StepBudget(args.steps, 1.2e-3)
    guard = NonFiniteGuard(patience=100)
    batches = dataset(sources, args, seed, min(STEPS_PER_EPOCH, args.steps))
    started = time.perf_counter()
    restorer.fit(
        batches, epochs=budget.epochs, verbose=0, callbacks=[budget, guard]
    )
    seconds = time.perf_counter() - started
    steps = 1 if args.dry else HELD_OUT_BATCHES
    loss, psnr = restorer.evaluate(
        # The same crops for all.
        dataset(held_out, args, 1000, steps, fixed=True),
        verbose=0,
    )
    keras.config.set_dtype_policy("float32")
    return {
        "loss": float(loss),
        "psnr": float(psnr),
        "seconds": seconds,
        "bad steps": guard.bad_steps,
    }


def new_restorer(args):
    import networks

    from keras_muirf import layers
    from keras_muirf import models

    return models.MUIRFImageRestorer(
        models.MUIRFBackbone(**(networks.DRY if args.dry else SIZE)),
        models.MUIRFImageRestorerPreprocessor(layers.MUIRFImageConverter()),
    )


def images_of(args):
    return 1 if args.dry else IMAGES_PER_WEATHER


def crop_of(args):
    return 16 if args.dry else CROP


def dataset(sources, args, seed, steps, **options):
    from keras_muirf.datasets import WeatherMajorDataset

    return WeatherMajorDataset(
        sources,
        images_per_weather=images_of(args),
        crop_size=crop_of(args),
        steps_per_epoch=steps,
        seed=seed,
        **options,
    )


def rows(found):
    """A row for every precision, against float32."""
    base = np.array([one["psnr"] for one in found["float32"]])
    spread = float(np.ptp(base))
    table = []
    for policy, results in found.items():
        psnr = np.array([one["psnr"] for one in results])
        pairs = psnr - base
        difference = float(pairs.mean())
        against = ahead = ""
        if policy != "float32":
            against = f"{difference:+.3f}"
            if len(pairs) > 1:
                error = pairs.std(ddof=1) / len(pairs) ** 0.5
                against += f" ± {error:.3f}"
            ahead = f"{(pairs > 0).sum()} of {len(pairs)}"
        table.append(
            {
                "precision": policy,
                "loss": f"{np.mean([one['loss'] for one in results]):.5f}",
                "PSNR, dB": f"{psnr.mean():.2f}",
                "smallest to largest": f"{psnr.min():.2f} to {psnr.max():.2f}",
                "against float32": against,
                "seeds ahead": ahead,
                "aim": f"within {spread:.3f}",
                "holds": timing.yes(abs(difference) <= spread),
                "bad steps": sum(one["bad steps"] for one in results),
                "training, s": float(np.mean([r["seconds"] for r in results])),
                "results": results,
            }
        )
    return table


def main():
    parser = timing.arguments(__doc__, rounds=1)
    parser.add_argument("--data", help="folder with train/clean/bsds500")
    parser.add_argument(
        "--results",
        type=pathlib.Path,
        help="file that keeps finished trainings, from which a later command "
        "goes on",
    )
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=2)
    timing.run(parser, measure)


if __name__ == "__main__":
    main()
