"""Draws what a preset does: a row each of input, restored and photograph.

    python docs/draw_contact_sheet.py muirf_tiny_all_weather

Without folder on the photographs that scikit-image and scikit-learn carry
(astronaut and rocket: public domain; coffee, Chelsea the cat: CC0; china.jpg
by danielbuechele, flower.jpg by vultilion: CC BY 2.0), with synthesized
weather, a medium and a heavy one, and one without weather; into docs/images/.
With a folder of real photographs, of which there is no third row:

    python docs/draw_contact_sheet.py PRESET --photographs FOLDER --out FILE
"""

import argparse
import pathlib

import numpy as np
import skimage.data
import sklearn.datasets
from keras import ops
from PIL import Image
from PIL import ImageDraw

import keras_muirf
from keras_muirf import weather
from keras_muirf.restoration import discover
from keras_muirf.restoration import read_rgb8

IMAGES = pathlib.Path(__file__).parent / "images"
SIZE = 240
CAPTION = 16
LAYERS = {
    "rain": weather.Rain,
    "snow": weather.Snow,
    "haze": weather.Haze,
    "raindrop": weather.Raindrop,
}


def free_photographs():
    """Photographs that may be shown anywhere, with room around a crop."""
    names = ("rocket", "chelsea", "astronaut", "coffee")
    photographs = [getattr(skimage.data, name)() for name in names]
    for name in ("china.jpg", "flower.jpg"):
        photographs.append(sklearn.datasets.load_sample_image(name))
    return photographs


def synthesized(weathers):
    """Captions, inputs and photographs, of every weather and of none."""
    photographs = free_photographs()
    for index, name in enumerate(weathers):
        for step, severity in enumerate(("medium", "heavy")):
            photograph = photographs[(2 * index + step) % len(photographs)]
            layer = LAYERS[name](severity=severity, seed=20 + 2 * index + step)
            unit = photograph.astype("float32") / 255
            pixels = np.rint(ops.convert_to_numpy(layer(unit)) * 255)
            yield f"{name}, {severity}", pixels.astype("uint8"), photograph
    yield "no weather", photographs[0], photographs[0]


def from_folder(folder):
    """Captions and inputs of the images of a folder."""
    for path, _ in discover([folder], IMAGES):
        yield pathlib.Path(path).stem, read_rgb8(path), None


def middle(image):
    top, left = ((n - SIZE) // 2 for n in image.shape[:2])
    return image[max(top, 0) :, max(left, 0) :][:SIZE, :SIZE]


def psnr(image, target):
    error = np.mean((image / 255.0 - target / 255.0) ** 2)
    return "" if error == 0 else f"  {-10 * np.log10(error):.1f} dB"


def column(restorer, caption, image, photograph):
    """One image as a strip, with what was seen and what was gained."""
    restored, routing = restorer.restore(image, return_routing=True)
    seen = restorer.classes[restorer.class_probabilities(routing).argmax()]
    rows = [(caption, image), (f"seen: {seen}", restored)]
    if photograph is not None:
        rows[0] = (caption + psnr(image, photograph), image)
        rows[1] = (rows[1][0] + psnr(restored, photograph), restored)
        rows.append(("photograph", photograph))
    strip = Image.new("RGB", (SIZE, len(rows) * (SIZE + CAPTION)), "white")
    draw = ImageDraw.Draw(strip)
    for place, (words, pixels) in enumerate(rows):
        top = place * (SIZE + CAPTION)
        draw.text((3, top + 2), words, fill="black")
        strip.paste(Image.fromarray(middle(pixels)), (0, top + CAPTION))
    return np.asarray(strip)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("preset")
    parser.add_argument("--photographs", help="folder of real photographs")
    parser.add_argument("--out", help="default: docs/images/contact_PRESET.jpg")
    args = parser.parse_args()

    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(args.preset)
    images = (
        from_folder(args.photographs)
        if args.photographs
        else synthesized(restorer.weathers)
    )
    columns = [column(restorer, *some) for some in images]
    name = pathlib.Path(args.preset).name
    out = args.out or IMAGES / f"contact_{name}.jpg"
    sheet = Image.fromarray(np.concatenate(columns, axis=1))
    sheet.save(out, quality=82)
    print(out)


if __name__ == "__main__":
    main()
