"""Peak memory of `muirf restore`, and what tiles change in the result.

    python benchmarks/restore_memory.py

The command runs in a process of its own on drawn pictures of several sizes,
as anyone would run it; its peak is that of the whole process, the backend
included. Then one picture is restored whole and in tiles: the share of its
values that differ at all and by more than one level of 255, and the largest
difference. The routing is that of each way, so that all of it is compared; the
weather is named, since what is taken for clear would not be computed.
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import timing

WEATHER = "rain"


def measure(args):
    preset, name = _preset(args)
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            _restored(pathlib.Path(folder), preset, megapixels, suffix, deep)
            for megapixels in ([0.01] if args.dry else args.megapixels)
            for suffix, deep in (("jpg", False), ("png", True))
        ]
    yield f"Peak memory of `muirf restore`, {name}, --tile auto", rows
    yield f"Tiles against the whole image, {name}", _differences(args)


def _preset(args):
    name = args.preset or "muirf_tiny_all_weather"
    return name, pathlib.PurePath(name).name


def _restored(folder, preset, megapixels, suffix, deep):
    side = round(1000 * np.sqrt(megapixels))
    source, target = folder / f"in.{suffix}", folder / f"out.{suffix}"
    _picture(side, deep).write_to_file(str(source))
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "muirf", "restore", str(source)),
            *("-o", str(target), "--preset", preset, "--overwrite"),
            *("--weather", WEATHER),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    complaints = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError(f"muirf restore failed: {complaints}")
    # Kilobytes, but bytes on macOS.
    unit = 1e9 if sys.platform == "darwin" else 1e9 / 1024
    return {
        "picture": f"{side}x{side} {suffix.upper()}, {16 if deep else 8} bits",
        "megapixels": megapixels,
        "peak, GB": usage.ru_maxrss / unit,
    }


def _picture(side, deep=False):
    """A smooth coloured picture, drawn without holding it in memory."""
    import pyvips

    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (64, 64, 3), dtype="uint8")
    image = pyvips.Image.new_from_array(coarse)
    image = image.resize(side / 64, kernel="cubic")
    if not deep:
        return image
    return (
        (image.cast("ushort") * 257).cast("ushort").copy(interpretation="rgb16")
    )


def _differences(args):
    import networks

    from keras_muirf.restoration import restore_photograph

    restorer, _ = networks.load_restorer(args)
    side = 160 if args.dry else args.side
    pixels = _picture(side).numpy()
    noise = np.random.default_rng(1).normal(0, 8, pixels.shape)
    pixels = np.uint8(np.clip(pixels + noise, 0, 255))
    whole, _ = restore_photograph(restorer, pixels, WEATHER, tile=0)
    rows = []
    for tile in [128] if args.dry else [256, 599, 1024]:
        tiled, _ = restore_photograph(restorer, pixels, WEATHER, tile)
        difference = np.abs(tiled.astype(int) - whole)
        rows.append(
            {
                "tile": tile,
                "picture": f"{side}x{side}",
                "differ, %": 100 * float((difference > 0).mean()),
                "by more than 1 of 255, %": 100
                * float((difference > 1).mean()),
                "largest": int(difference.max()),
            }
        )
    return rows


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=1)
    parser.add_argument("--preset", help="default: the shipped tiny one")
    parser.add_argument("--size", help="random weights of this size instead")
    parser.add_argument(
        "--megapixels", type=float, nargs="+", default=[1, 24, 100]
    )
    parser.add_argument(
        "--side", type=int, default=2000, help="of the compared picture"
    )
    timing.run(parser, measure)
