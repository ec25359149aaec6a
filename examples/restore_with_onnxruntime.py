"""Restores a photograph with onnxruntime, numpy and Pillow alone.

    muirf export muirf_tiny_all_weather
    pip install onnxruntime pillow
    python examples/restore_with_onnxruntime.py \
        muirf_tiny_all_weather.onnx photo.jpg restored.png

The first line needs the package, once and anywhere; the others do not.
"""

import argparse
import json
import os

import numpy as np
import onnxruntime
from PIL import Image
from PIL import ImageOps


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", help="the file that muirf export wrote")
    parser.add_argument("photograph")
    parser.add_argument("restored", help="file for the result")
    args = parser.parse_args()
    if os.path.realpath(args.restored) == os.path.realpath(args.photograph):
        parser.error("The result would replace the photograph.")

    session = onnxruntime.InferenceSession(
        args.model, providers=onnxruntime.get_available_providers()
    )
    about = session.get_modelmeta().custom_metadata_map
    with Image.open(args.photograph) as photograph:
        # Upright, as the camera was held.
        image = ImageOps.exif_transpose(photograph).convert("RGB")
    restored, weather = restore(session, np.asarray(image), about["dtype"])
    Image.fromarray(restored).save(args.restored)
    classes = json.loads(about["classes"])
    seen = int(np.argmax(weather))
    print(
        f"{args.photograph}: {classes[seen]} {100 * weather[seen]:.0f} % "
        f"-> {args.restored}"
    )


def restore(session, image, dtype):
    """Restores one uint8 image `(H, W, 3)` of any height and width."""
    batch = image[None]
    if dtype == "float32":
        batch = batch / np.float32(255)
    restored, weather = session.run(["restored", "weather"], {"image": batch})
    if dtype == "float32":
        restored = np.rint(restored * 255).astype("uint8")
    return restored[0], weather[0]


if __name__ == "__main__":
    main()
