"""Every gradient rule against plain AdamW.

    python benchmarks/gradient_rules.py

The same network, loss and weather-major batch for all, by turns in one run.
Tables for each backend: the rules, with the gradients of the weathers
from one pass; the ways to make those gradients, with MVGH; and, on PyTorch,
TorchJD, where it is installed, for the same work. Aim: MVGH at most 1.10
times the plain step; `--only mvgh` measures that alone, for many rounds. A last
table has the peak memory of three steps, compiling included, each candidate in
a process of its own.
"""

import pathlib
import subprocess
import sys

import timing

HERE = pathlib.Path(__file__).parent
AIM = 1.10
PLAIN = "AdamW"


def measure(args):
    import networks

    config = networks.config_of(args)
    crop = 16 if args.dry else args.crop
    batch = networks.training_batch(args.batch, crop)
    what = f"{networks.name_of(args)}, {args.batch} crops of {crop}"
    if args.only != "memory":
        yield from times(args, config, batch, what)
    if args.only in (None, "memory"):
        yield memory(args, crop, what)


def times(args, config, batch, what):
    """Tables of step times."""
    import gradient_ways as ways
    import keras
    import networks

    def step(optimizer, jit="auto", way=ways.one_pass):
        restorer = way(networks.new_restorer(config))
        networks.set_weights(restorer)
        return ways.training_step(restorer, optimizer, batch, jit)

    def adamw():
        return keras.optimizers.AdamW(1e-4)

    for mode, jit in timing.jit_modes(args).items():
        steps = {PLAIN: step(adamw(), jit)}
        alone = args.dry or args.only == "mvgh"
        # Each is compiled anew.
        for rule in ways.rules()[-1:] if alone else ways.rules():
            steps[rule.__name__] = step(rule(adamw()), jit)
        yield f"Rules, {what}, {mode}", rows(steps, args, {"MVGH": AIM})
        if args.only == "mvgh":
            continue

        steps = {PLAIN: steps[PLAIN]}
        for name, way in ways.ways().items():
            steps[name] = step(ways.MVGH(adamw()), jit, way)
        yield f"Ways to the gradients, {what}, {mode}", rows(steps, args)

    torchjd = keras.config.backend() == "torch" and ways.has_torchjd()
    if torchjd and args.only != "mvgh":
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


def memory(args, crop, what):
    """A table of what training with each candidate takes at most."""
    import gradient_ways as ways
    import keras

    names = [PLAIN, *(rule.__name__ for rule in ways.rules())]
    names += [f"way {name}" for name in ways.ways()]
    if keras.config.backend() == "torch" and ways.has_torchjd():
        names += [f"TorchJD {name}" for name in ways.torchjd_aggregators()]
    table = []
    for name in names[:1] if args.dry else names:
        size = "dry" if args.dry else args.size
        words = [name, size, str(args.batch), str(crop)]
        said = subprocess.run(
            [sys.executable, HERE / "gradient_memory.py", *words],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
        taken = int(said.split()[-1])
        row = {"what": name, "MB above the network": taken}
        first = table[0]["MB above the network"] if table else taken
        # A very small network trains within what importing has taken.
        table.append({**row, f"times {PLAIN}": taken / max(first, 1)})
    return f"Peak memory, {what}, {keras.config.backend()}", table


def rows(steps, args, aims=None):
    timed = timing.alternate(steps, args, warm_up=1)
    return timing.against(timed, PLAIN, aims)


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=15)
    parser.add_argument("--size", default="tiny")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--crop", type=int, default=64)
    parser.add_argument("--only", choices=("times", "mvgh", "memory"))
    timing.add_jit(parser)
    timing.run(parser, measure)
