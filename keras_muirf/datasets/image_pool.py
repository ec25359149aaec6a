from concurrent.futures import ThreadPoolExecutor

import numpy as np
from keras import ops

from keras_muirf.datasets.readable_images import ReadableImages
from keras_muirf.datasets.synthesized import Synthesized


class ImagePool:
    """All images of some sources, decoded once, in the device's memory.

    The pixels of all images follow one another in one array, whatever their
    sizes, so that crops of many images are one gather. An image that cannot be
    read is named in a warning and left out.

    Args:
        sources: List of sources, as `keras_muirf.datasets.WeatherMajorDataset`
            takes them.
        threads: Integer, threads on which images are decoded.

    Attributes:
        pixels: uint8 tensor `(pixels, 3)` on the device, three bytes for each
            pixel of each image.
        images: `ReadableImages`, which knows what could not be read.

    Raises:
        ImageError: If no image of a source can be read.
        ValueError: If the images of a pair differ in size, or there are more
            pixels than 32 bits can count.
    """

    def __init__(self, sources, threads=1):
        self.images = ReadableImages(sources)
        self._rows = {}
        parts, end = [], 0
        with ThreadPoolExecutor(max(threads, 1)) as decoders:
            for source in self.images.sources:
                rows = []
                for name, item in self.images.all(source, decoders.map):
                    single = isinstance(source, Synthesized)
                    pair = (item, item) if single else item
                    require_equal_sizes(name, source, pair)
                    starts = []
                    for image in pair[:1] if single else pair:
                        parts.append(image.reshape(-1, 3))
                        starts.append(end)
                        end += len(parts[-1])
                    rows.append((starts[0], starts[-1], *pair[0].shape[:2]))
                self._rows[id(source)] = np.array(rows, "int32")
        if end >= 2**31:
            raise ValueError(
                f"The images have {end} pixels, more than the 2^31 that a pool "
                "can hold; train without `on_device`."
            )
        self.pixels = ops.convert_to_tensor(np.concatenate(parts))

    def draw(self, source, rng):
        """Draws an image of a source.

        Args:
            source: One of the sources.
            rng: `numpy.random.Generator`.

        Returns:
            int32 array of 4: where the input and the target begin in `pixels`
            (for photographs to be synthesized on, twice the same), height and
            width.
        """
        rows = self._rows[id(source)]
        return rows[rng.integers(len(rows))]


def require_equal_sizes(name, source, images):
    """Raises a `ValueError` if the images of a pair differ in size."""
    if images[0].shape != images[-1].shape:
        raise ValueError(
            f"The images of the pair {name} of {source.weather} have to be "
            f"equally large. Received: shapes {images[0].shape} and "
            f"{images[1].shape}"
        )
