"""Seconds to restore an image, at 256x256 and 1920x1080.

    python benchmarks/restore_time.py

Whole, and in tiles as `muirf restore` does it; the first call of a size,
which compiles on TensorFlow and JAX, apart. TensorFlow is measured with XLA,
which is what Keras chooses by itself, and without.

The weather is named: what is taken for clear would not be computed. On PyTorch
freed memory is kept as the command keeps it (`muirf.allocator`), but where a
variable such as MALLOC_ARENA_TEST=8 is set.
"""

import numpy as np
import timing

WEATHER = "rain"


def measure(args):
    import networks

    from keras_muirf.restoration import restore_photograph
    from keras_muirf.restoration.tile_size import tile_sizes
    from muirf.allocator import keep_freed_memory

    keep_freed_memory()
    restorer, name = networks.load_restorer(args)
    sizes = [(32, 32), (64, 80)] if args.dry else [(256, 256), (1080, 1920)]
    tile = 48 if args.dry else "auto"
    for mode, jit in timing.jit_modes(args).items():
        set_jit(restorer, jit)
        rows = []
        for height, width in sizes:
            pixels = photograph(height, width)
            ways = {"whole": lambda p=pixels: restorer.restore(p, WEATHER)}
            size = tile_sizes(restorer, tile, height, width)[0]
            if size:
                ways[f"tiles of {size}"] = lambda p=pixels, t=size: (
                    restore_photograph(restorer, p, WEATHER, t)
                )
            timed = timing.alternate(ways, args)
            for way, one in timed.items():
                seconds = timing.median(one)
                low, high = np.quantile(one["seconds"], [0.25, 0.75])
                rows.append(
                    {
                        "size": f"{width}x{height}",
                        "way": way,
                        "first call, s": one["first"],
                        "median, s": seconds,
                        "quartiles, s": f"{low:.3g} to {high:.3g}",
                        "megapixels per s": height * width / seconds / 1e6,
                        "seconds": one["seconds"],
                    }
                )
        yield f"`restore`, {name}, {mode}", rows


def set_jit(restorer, jit):
    """Compiles what `restore` runs anew, with XLA or without."""
    if jit == "auto":
        return
    for model in (restorer._shallow_model, restorer._tile_model):
        model.jit_compile = jit
        model.predict_function = None


def photograph(height, width):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (height, width, 3), "uint8")


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=7)
    parser.add_argument("--preset", help="default: the shipped tiny one")
    parser.add_argument("--size", help="random weights of this size instead")
    timing.add_jit(parser)
    timing.run(parser, measure)
