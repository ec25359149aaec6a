"""Every gradient rule against plain AdamW.

    python benchmarks/gradient_rules.py

The same network, loss and weather-major batch for all, by turns in one run.
Three tables for each backend: the rules, with the gradients of the weathers
from one pass; the ways to make those gradients, with MVGH; and, on PyTorch,
TorchJD, where it is installed, for the same work. Aim: MVGH at most 1.10
times the plain step.
"""

import timing

AIM = 1.10
PLAIN = "AdamW"


def measure(args):
    import gradient_ways as ways
    import keras
    import networks

    config = networks.config_of(args)
    crop = 16 if args.dry else args.crop
    batch = networks.training_batch(args.batch, crop)
    what = f"{networks.name_of(args)}, {args.batch} crops of {crop}"

    def step(optimizer, jit="auto", way=ways.one_pass):
        restorer = way(networks.new_restorer(config))
        networks.set_weights(restorer)
        return ways.training_step(restorer, optimizer, batch, jit)

    def adamw():
        return keras.optimizers.AdamW(1e-4)

    for mode, jit in timing.jit_modes(args).items():
        steps = {PLAIN: step(adamw(), jit)}
        # Each is compiled anew.
        for rule in ways.rules()[-1:] if args.dry else ways.rules():
            steps[rule.__name__] = step(rule(adamw()), jit)
        yield f"Rules, {what}, {mode}", rows(steps, args, {"MVGH": AIM})

        steps = {PLAIN: steps[PLAIN]}
        for name, way in ways.ways().items():
            steps[name] = step(ways.MVGH(adamw()), jit, way)
        yield f"Ways to the gradients, {what}, {mode}", rows(steps, args)

    if keras.config.backend() == "torch" and ways.has_torchjd():
        steps = {PLAIN: steps[PLAIN]}
        steps["MVGH"] = step(ways.MVGH(adamw()))
        steps["UPGrad"] = step(ways.UPGrad(adamw()))
        for name, aggregator in ways.torchjd_aggregators().items():
            restorer = networks.new_restorer(config)
            networks.set_weights(restorer)
            steps[f"TorchJD {name}"] = ways.torchjd_step(
                restorer, adamw(), aggregator, batch
            )
        yield f"TorchJD, {what}", rows(steps, args)


def rows(steps, args, aims=None):
    timed = timing.alternate(steps, args, warm_up=1)
    return timing.against(timed, PLAIN, aims)


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=15)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--crop", type=int, default=64)
    timing.add_jit(parser)
    timing.run(parser, measure)
