import numpy as np

from keras_muirf.metrics.image_quality import psnr
from keras_muirf.metrics.image_quality import ssim


def evaluate_pairs(restorer, source, weather=None):
    """Restores every image of a source and measures the results.

    Whole images at their native size, one at a time; results are measured
    as the 8-bit pictures that a user gets. Figures for a set are the means
    over its images.

    Args:
        restorer: A `keras_muirf.models.MUIRFImageRestorer`, or anything with
            its `weathers` and its
            `restore(image, weather=..., return_routing=True)`.
        source: A `keras_muirf.datasets.PairedFolder`, a
            `keras_muirf.datasets.Synthesized`, or anything whose `weather`
            is a string and whose `pairs()` yields `(name, input, target)`
            with uint8 arrays `(height, width, 3)`.
        weather: What the restorer is told: `None` lets it find out;
            otherwise see `restore`.

    Returns:
        A list with a dictionary for every image, in the order of the source:

        - `name`: string.
        - `weather`: string, the source's weather.
        - `seen`: string, the weather that the restorer finds likeliest.
        - `probability`: float, the probability it gives to that.
        - `psnr_input_y`, `psnr_y`, `psnr_rgb`: floats in decibels, before
          and after restoration.
        - `ssim_y`: float.

    Example:

    ```python
    restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    rain = keras_muirf.datasets.PairedFolder("rain100l_test", "rain")
    rows = keras_muirf.datasets.evaluate_pairs(restorer, rain)
    print(np.mean([row["psnr_y"] for row in rows]))
    ```
    """
    rows = []
    for name, image, target in source.pairs():
        output, routing = restorer.restore(
            image, weather=weather, return_routing=True
        )
        posterior = np.asarray(routing["weather"]).reshape(-1)
        likeliest = int(np.argmax(posterior))
        rows.append(
            {
                "name": name,
                "weather": source.weather,
                "seen": restorer.weathers[likeliest],
                "probability": float(posterior[likeliest]),
                "psnr_input_y": psnr(target, image, color="y"),
                "psnr_y": psnr(target, output, color="y"),
                "psnr_rgb": psnr(target, output, color="rgb"),
                "ssim_y": ssim(target, output, color="y"),
            }
        )
    return rows
