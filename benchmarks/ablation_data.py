"""The images of the ablation: one pool of batches that all runs train on."""

import hashlib
import json
import os
import pathlib
import sys

import numpy as np

SCENES = {
    "nyu_aod_sample": lambda name: "_".join(name.split("_")[:2]),
    "rain1400_sample": lambda name: name.split("_")[0],
}
# The shares of the sources in a weather's crops: what recipes/all_weather.py
# had when the published runs were made.
PAIRS = [
    ("rain100l_train", "rain", 1.0),
    ("rain800_train", "rain", 0.4),
    ("rain1400_sample", "rain", 0.2),
    ("ohaze", "haze", 0.3),
    ("nyu_aod_sample", "haze", 0.1),
    ("robotcar_deraindrop", "raindrop", 0.1),
]
SYNTHESIZED = 0.8
HELD_OUT = 0.1


def pool(data, folder, batches, crop, validation_batches, validation_crop):
    """Makes the batches, or finds those that were made before.

    Args:
        data: path of the folder with `train/`.
        folder: path of the folder that keeps them.
        batches: int, batches to train on, of three crops per weather.
        crop: int, their side in pixels.
        validation_batches: int, batches from scenes that are held out.
        validation_crop: int, their side in pixels.

    Returns:
        A dict of uint8 arrays `(batches, images, side, side, 3)`: `"x"` and
        `"y"` to train on, `"validation_x"` and `"validation_y"`.
    """
    settings = [
        batches,
        crop,
        validation_batches,
        validation_crop,
        PAIRS,
        SYNTHESIZED,
        HELD_OUT,
        _listing(pathlib.Path(data) / "train"),
    ]
    key = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:12]
    path = pathlib.Path(folder) / f"pool-{key}.npz"
    if not path.exists():
        training, validation = _sources(pathlib.Path(data) / "train")
        x, y = _render(training, batches, crop, seed=0)
        vx, vy = _render(
            validation, validation_batches, validation_crop, seed=1
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.npz")
        np.savez(part, x=x, y=y, validation_x=vx, validation_y=vy)
        os.replace(part, path)
    return dict(np.load(path))


def fingerprint(images):
    """The first digits of the SHA-256 of what `pool` returns."""
    digest = hashlib.sha256()
    for name in sorted(images):
        digest.update(f"{name} {images[name].shape}".encode())
        digest.update(np.ascontiguousarray(images[name]))
    return digest.hexdigest()[:12]


def _listing(folder):
    """Names and sizes of all files: another folder has other crops."""
    return [
        (path.relative_to(folder).as_posix(), path.stat().st_size)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]


def _sources(data):
    import keras_muirf
    from keras_muirf import datasets

    photographs, held_out = datasets.CleanFolder(
        data / "clean" / "bsds500"
    ).split(HELD_OUT)
    training, validation = {}, {}
    for weather in keras_muirf.WEATHERS:
        layer = getattr(keras_muirf.weather, weather.capitalize())(
            (0.05, 1.0), seed=0
        )
        training[weather] = [
            (datasets.Synthesized(photographs, layer), SYNTHESIZED)
        ]
        validation[weather] = [
            (datasets.Synthesized(held_out, layer), SYNTHESIZED)
        ]
    for name, weather, weight in PAIRS:
        pairs = datasets.PairedFolder(
            data / "pairs" / name / weather, weather, SCENES.get(name)
        )
        train, held = pairs.split(HELD_OUT)
        training[weather].append((train, weight))
        validation[weather].append((held, weight))
    return training, validation


def _render(sources, batches, crop, seed):
    import keras_muirf

    dataset = keras_muirf.datasets.WeatherMajorDataset(
        sources,
        images_per_weather=3,
        crop_size=crop,
        steps_per_epoch=batches,
        seed=seed,
    )
    pairs = [dataset.make_batch(0, index) for index in range(batches)]
    return (
        np.stack([_as_uint8(x["image"]) for x, _ in pairs]),
        np.stack([_as_uint8(y) for _, y in pairs]),
    )


def _as_uint8(image):
    return np.rint(image * 255).astype("uint8")


if __name__ == "__main__":
    import keras

    made = pool(*sys.argv[1:3], *map(int, sys.argv[3:]))
    print(keras.config.backend(), fingerprint(made))
