"""One training step with MVGH against the same step with plain AdamW.

    python benchmarks/train_step.py

The same network, loss and weather-major batch; MVGH takes the gradient of
each weather, AdamW alone that of the mean. Aim: at most 1.15 times.
"""

import timing

AIM = 1.15


def measure(args):
    import keras
    import networks

    from keras_muirf.losses import RestorationLoss
    from keras_muirf.optimizers import MVGH

    config = networks.config_of(args)
    crop = 32 if args.dry else args.crop
    batch = networks.training_batch(args.batch, crop)
    size = networks.name_of(args)
    for mode, jit in timing.jit_modes(args).items():
        steps = {}
        for name, wrap in (("AdamW", lambda x: x), ("MVGH(AdamW)", MVGH)):
            restorer = networks.new_restorer(config)
            networks.set_weights(restorer)
            restorer.compile(
                wrap(keras.optimizers.AdamW(1e-4)),
                loss=RestorationLoss(),
                metrics=None,
                jit_compile=jit,
            )
            steps[name] = networks.training_call(restorer, batch)
        timed = timing.alternate(steps, args, warm_up=2)
        yield (
            f"Training step, {size}, {args.batch} crops of {crop}, {mode}",
            timing.against(timed, "AdamW", {"MVGH(AdamW)": AIM}),
        )


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=15)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--crop", type=int, default=96)
    timing.add_jit(parser)
    timing.run(parser, measure)
