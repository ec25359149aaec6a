"""How much of the network's grid a restored photograph shows.

    python benchmarks/grid_pattern.py PHOTOGRAPHS --preset P

On each photograph lies heavy weather. Where the photograph is smooth, the error
of the restored one is averaged over all cells of the grid in a window; the
figure is the root mean square of what differs within this one cell, in values
of 255. A period that is not the network's says how much of it is chance.
"""

import argparse

import numpy as np
from keras import ops

import keras_muirf
from keras_muirf import weather
from keras_muirf.datasets import CleanFolder

LAYERS = {
    "rain": weather.Rain,
    "snow": weather.Snow,
    "haze": weather.Haze,
    "raindrop": weather.Raindrop,
}
WINDOW = 64
SMOOTH = 8 / 255


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photographs", help="folder of clean photographs")
    parser.add_argument("--preset", default="muirf_tiny_all_weather")
    args = parser.parse_args()

    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(args.preset)
    photographs = CleanFolder(args.photographs)
    print("| weather | windows | median | 9 of 10 below | by chance |")
    print("|---|---|---|---|---|")
    for name in filter(LAYERS.__contains__, restorer.weathers):
        grid, chance = measure(restorer, photographs, name)
        if not grid:
            parser.error(
                f"no photograph in {args.photographs} has a smooth window of "
                f"{WINDOW} x {WINDOW} pixels"
            )
        print(
            f"| {name} | {len(grid)} | {np.median(grid):.2f} | "
            f"{np.percentile(grid, 90):.2f} | {np.median(chance):.2f} |",
            flush=True,
        )


def measure(restorer, photographs, name):
    """The patterns of all smooth windows, of the grid and of another period."""
    grid, chance = [], []
    for index in range(len(photographs)):
        photograph = photographs[index].astype("float32") / 255
        layer = LAYERS[name](severity="heavy", seed=index)
        degraded = ops.convert_to_numpy(layer(photograph))
        restored = restorer.restore(degraded, weather=name)
        for window in smooth_windows(photograph):
            error = 255 * (restored[window] - photograph[window])
            grid.append(pattern(error, restorer.size_multiple))
            chance.append(pattern(error, restorer.size_multiple - 1))
    return grid, chance


def smooth_windows(photograph):
    """The windows in which no channel varies much."""
    height, width = photograph.shape[:2]
    for top in range(0, height - WINDOW + 1, WINDOW):
        for left in range(0, width - WINDOW + 1, WINDOW):
            window = np.s_[top : top + WINDOW, left : left + WINDOW]
            if photograph[window].std((0, 1)).max() < SMOOTH:
                yield window


def pattern(error, period):
    """Root mean square of the mean cell of an error, less its mean."""
    cells = WINDOW // period
    error = error[: cells * period, : cells * period]
    cell = error.reshape(cells, period, cells, period, -1).mean((0, 2))
    return float(np.sqrt(np.mean((cell - cell.mean((0, 1))) ** 2)))


if __name__ == "__main__":
    main()
