"""How strong weather is, and how long it takes to put it on photographs.

    python benchmarks/weather_layers.py --photographs DIR

The PSNR is that of crops of 128 pixels from the middle of the photographs in
DIR to the same crops with weather; the time is that of a batch of 16 of them.
"""

import functools

import timing

SIDE = 128
BATCH = 16


def measure(args):
    import keras
    import numpy as np

    from keras_muirf import weather
    from keras_muirf.datasets import CleanFolder
    from keras_muirf.export.images import drawn_images

    if args.photographs:
        source = CleanFolder(args.photographs, cache=False)
        images = [source[number] for number in range(len(source))]
        crops = np.stack([middle(image) for image in images]) / np.float32(255)
    else:
        crops = drawn_images((2, SIDE, SIDE))
    layers = weather.Rain, weather.Snow, weather.Haze, weather.Raindrop
    severities = {
        "light": "light",
        "medium": "medium",
        "heavy": "heavy",
        "default": (0.2, 1.0),
    }
    rows = []
    for layer in layers:
        row = {"layer": layer.__name__}
        for name, severity in severities.items():
            seeded = layer(severity, seed=0)
            psnr = []
            for batch in np.array_split(crops, max(1, len(crops) // BATCH)):
                degraded = keras.ops.convert_to_numpy(seeded(batch))
                error = np.mean((degraded - batch) ** 2, axis=(1, 2, 3))
                psnr += [-10 * np.log10(np.maximum(error, 1e-10))]
            psnr = np.concatenate(psnr)
            row[name] = f"{psnr.mean():.1f}"
        low, high = np.quantile(psnr, [0.05, 0.95])
        row["default"] += f" ({low:.0f} to {high:.0f})"
        rows.append(row)
    yield f"PSNR in dB, {len(crops)} crops of {SIDE}, 5th to 95th", rows

    batch = np.resize(crops, (BATCH, SIDE, SIDE, 3))
    timed = timing.alternate(
        {
            layer.__name__: functools.partial(once, layer(seed=0), batch)
            for layer in layers
        },
        args,
    )
    rows = [
        {
            "layer": name,
            "first call, s": one["first"],
            "ms an image": 1e3 * timing.median(one) / BATCH,
        }
        for name, one in timed.items()
    ]
    yield f"Time, batches of {BATCH}, {keras.config.backend()}", rows


def once(layer, batch):
    import keras

    # Done when it is on the host.
    keras.ops.convert_to_numpy(layer(batch))


def middle(image):
    top, left = ((size - SIDE) // 2 for size in image.shape[:2])
    return image[top : top + SIDE, left : left + SIDE]


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=10)
    parser.add_argument("--photographs", help="folder; default: drawn pictures")
    timing.run(parser, measure)
