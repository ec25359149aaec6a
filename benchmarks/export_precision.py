"""What float16 and int8 ONNX cost in PSNR, and the time that they save.

    python benchmarks/export_precision.py --photographs DIR

Weather is synthesized over the photographs in DIR. The PSNR of each file is
that to the photograph without weather, on the same images for all. Needs the
extra `export`; what is compared runs in ONNX Runtime on the CPU.
"""

import pathlib
import sys
import tempfile

import numpy as np
import timing


def measure(args):
    import keras
    import networks
    import onnxruntime

    import keras_muirf
    from keras_muirf import weather
    from keras_muirf.export.images import drawn_images

    keras.utils.set_random_seed(0)
    restorer, name = networks.load_restorer(args)
    side = 32 if args.dry else args.side
    clean = photographs(args, side) or list(drawn_images((4, side, side)))
    layers = {
        "rain": weather.Rain(seed=0),
        "snow": weather.Snow(seed=0),
        "haze": weather.Haze(seed=0),
        "raindrop": weather.Raindrop(seed=0),
    }
    layers = {k: v for k, v in layers.items() if k in restorer.weathers}
    degraded = {
        kind: [keras.ops.convert_to_numpy(layer(x)) for x in clean]
        for kind, layer in layers.items()
    }
    # Every second image calibrates, the others are measured.
    measured = {kind: images[1::2] for kind, images in degraded.items()}
    truth = clean[1::2]
    with tempfile.TemporaryDirectory() as folder:
        calibrate = pathlib.Path(folder, "calibrate")
        save_images(calibrate, degraded)
        sessions, rows = {}, []
        for label, precision, given in (
            ("float32", "float32", None),
            ("float16", "float16", None),
            ("int8, drawn scenes", "int8", None),
            ("int8, photographs", "int8", calibrate),
        ):
            path = pathlib.Path(folder, f"{label.replace(', ', '_')}.onnx")
            keras_muirf.export.export_preset(
                restorer, path, precision=precision, calibrate=given
            )
            sessions[label] = onnxruntime.InferenceSession(
                str(path), providers=["CPUExecutionProvider"]
            )
            rows.append(
                {"file": label, "MB": path.stat().st_size / 1e6}
                | quality(sessions[label], measured, truth)
            )
    least = rows[0]
    for row in rows:
        row["lost, dB"] = round(least["mean"] - row["mean"], 2)
    yield f"PSNR in dB, {name}, {len(truth)} photographs a weather", rows
    image = next(iter(measured.values()))[0][None]
    timed = timing.alternate(
        {
            label: lambda s=session: s.run(None, {"image": image})
            for label, session in sessions.items()
        },
        args,
    )
    title = f"Time of {image.shape[2]}x{image.shape[1]}, ONNX Runtime, {name}"
    yield title, timing.against(timed, "float32")


def photographs(args, side):
    """Centres of the photographs, float32 `(side, side, 3)`."""
    if args.photographs is None:
        return []
    from keras_muirf.datasets import CleanFolder

    source = CleanFolder(args.photographs, cache=False)
    crops = []
    for number in range(len(source)):
        image = source[number]
        top, left = (np.subtract(image.shape[:2], side) // 2).clip(0)
        crop = image[top : top + side, left : left + side]
        if crop.shape[:2] == (side, side):
            crops.append(crop / np.float32(255))
    if len(crops) < 2:
        sys.exit(f"{args.photographs} needs two photographs of {side} pixels.")
    return crops


def save_images(folder, degraded):
    import pyvips

    folder.mkdir()
    for kind, images in degraded.items():
        for number, image in enumerate(images[::2]):
            pixels = np.rint(image * 255).astype("uint8")
            path = folder / f"{kind}{number}.png"
            pyvips.Image.new_from_array(pixels).write_to_file(str(path))


def quality(session, measured, truth):
    """Mean PSNR of each weather and of all."""
    found = {}
    for kind, images in measured.items():
        values = []
        for image, target in zip(images, truth, strict=True):
            restored = session.run(["restored"], {"image": image[None]})[0][0]
            values.append(-10 * np.log10(np.mean((restored - target) ** 2)))
        found[kind] = round(float(np.mean(values)), 2)
    return {**found, "mean": round(float(np.mean(list(found.values()))), 2)}


if __name__ == "__main__":
    parser = timing.arguments(__doc__, rounds=20)
    parser.add_argument("--preset", help="default: the shipped tiny one")
    parser.add_argument("--size", help="random weights of this size instead")
    parser.add_argument("--photographs", help="folder; default: drawn pictures")
    parser.add_argument(
        "--side", type=int, default=256, help="pixels of a crop"
    )
    timing.run(parser, measure)
