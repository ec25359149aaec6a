import keras
import numpy as np
from keras import ops

from keras_muirf.datasets.image_pool import ImagePool
from keras_muirf.datasets.jpeg import jpeg
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.datasets.weather_major_dataset import WeatherMajorDataset
from keras_muirf.trainers.compiled import compiled


class OnDeviceDataset(WeatherMajorDataset):
    """Batches of `WeatherMajorDataset` that are made on the accelerator.

    All images are held in the device's memory. The host draws a few numbers
    for each crop; cropping, flips, quarter turns and weather are one compiled
    function on the device, so that no processor has to keep up with a GPU. On
    JAX the batch never leaves the device; on TensorFlow and PyTorch, whose
    `fit` takes batches from the host, it does.

    As there, batch `i` of epoch `e` is a function of `seed`, `e` and `i`; it
    is another one than there. Weather is synthesized on all crops of a
    `Synthesized` source's weather and used where it belongs.

    Args:
        sources: As in `WeatherMajorDataset`.
        pool: `None`, or an `ImagePool` of another dataset of these sources,
            to hold the images once.
        **kwargs: Arguments of `WeatherMajorDataset`, without `zoom`,
            `replicas` and `replica`.

    Raises:
        ValueError: As `WeatherMajorDataset`, and if crops that shall be turned
            are not square.
        ImageError: If no image of a source can be read.

    Example:

    ```python
    dataset = keras_muirf.datasets.OnDeviceDataset(
        {"snow": keras_muirf.datasets.Synthesized(
            keras_muirf.datasets.CleanFolder("photographs"),
            keras_muirf.weather.Snow(),
        )},
        images_per_weather=64,
    )
    model.fit(dataset, epochs=10)
    ```
    """

    def __init__(self, sources, pool=None, **kwargs):
        for name in ("zoom", "replicas", "replica"):
            if name in kwargs:
                raise ValueError(
                    f"`{name}` is not for batches that are made on one device. "
                    f"Received: {name}={kwargs[name]}"
                )
        super().__init__(sources, **kwargs)
        if self.augment == "dihedral" and len(set(self.crop_size)) > 1:
            raise ValueError(
                "Crops that are turned have to be square; take augment='flip'. "
                f"Received: crop_size={self.crop_size}"
            )
        self.pool = pool or ImagePool(self._images.sources, self.threads)
        self._images = self.pool.images
        # Of each group: its layers, and which of its sources they are for.
        self._layers = [
            [s for s in sources if isinstance(s, Synthesized)]
            for _, sources, _ in self._groups
        ]
        self._compiled = compiled(self._from_numbers)

    def make_batch(self, epoch, index):
        sequence = np.random.SeedSequence(self.seed, spawn_key=(epoch, index))
        rng = np.random.Generator(np.random.Philox(sequence))
        chosen = self._choose_sources(rng)
        images = np.stack([self.pool.draw(source, rng) for source in chosen])
        # Where an image is smaller than its crop, the crop is centred.
        room = images[:, 2:] - np.array(self.crop_size)
        corners = np.where(
            room < 0, room // 2, rng.integers(np.maximum(room, 0) + 1)
        )
        layers = [s for group in self._layers for s in group]
        which = [
            next((i for i, s in enumerate(layers) if s is c), -1)
            for c in chosen
        ]
        labels = np.repeat(
            [label for label, _, _ in self._groups], self.images_per_weather
        ).astype("int32")
        clear = np.zeros(len(chosen), bool)
        clear[self._choose_clear(rng)] = True
        labels[clear] += len(self.weathers)
        numbers = np.column_stack(
            [images, corners, self._symmetries(rng, len(chosen)), which, clear]
        ).astype("int32")
        seeds = rng.integers(2**31, size=(max(len(layers), 1), 2))
        quality = self._choose_quality(rng, len(chosen))
        x, y = self._compiled(
            self.pool.pixels, numbers, seeds.astype("int32"), quality
        )
        if keras.config.backend() != "jax":
            x, y = ops.convert_to_numpy(x), ops.convert_to_numpy(y)
        return {"image": x, "weather": labels}, y

    def _symmetries(self, rng, count):
        """Bits of each crop: mirrored, upside down, transposed."""
        bits = {None: 0, "flip": 1, "dihedral": 3}[self.augment]
        drawn = rng.integers(2, size=(count, 3))
        drawn[:, bits:] = 0
        return drawn

    def _from_numbers(self, pixels, numbers, seeds, quality):
        """Makes crops on the device.

        Args:
            pixels: uint8 tensor `(pixels, 3)`.
            numbers: int32 tensor `(batch, 11)`, of each crop: begin of the
                input and of the target, height, width, top, left, the three
                symmetries, the layer (or -1) and whether it is clear.
            seeds: int32 tensor `(layers, 2)`.
            quality: float32 tensor `(batch,)`, of JPEG, 0 for none.

        Returns:
            Two float32 tensors `(batch, height, width, 3)`.
        """
        column = [numbers[:, i, None, None] for i in range(11)]
        start_x, start_y, height, width, top, left = column[:6]
        mirrored, upside_down, transposed, which, clear = column[6:]
        rows, columns = self.crop_size
        i = ops.reshape(ops.arange(rows, dtype="int32"), (1, rows, 1))
        j = ops.reshape(ops.arange(columns, dtype="int32"), (1, 1, columns))
        i = ops.where(upside_down > 0, rows - 1 - i, i)
        j = ops.where(mirrored > 0, columns - 1 - j, j)
        i, j = (
            ops.where(transposed > 0, j, i),
            ops.where(transposed > 0, i, j),
        )
        place = _reflect(top + i, height) * width + _reflect(left + j, width)
        x, y = (
            ops.cast(ops.take(pixels, start + place, axis=0), "float32") / 255.0
            for start in (start_x, start_y)
        )
        x = self._with_weather(x, y, which[..., None], seeds)
        clear = clear[..., None] > 0
        x = ops.where(clear, y, x)
        if self.compressed:
            x = jpeg(x, quality)
            y = ops.where(clear, x, y)
        return x, y

    def _with_weather(self, x, y, which, seeds):
        n, number, groups = self.images_per_weather, 0, []
        for group, sources in enumerate(self._layers):
            part = slice(group * n, (group + 1) * n)
            result = x[part]
            for source in sources:
                weathered = source.draw(y[part], seeds[number])
                result = ops.where(which[part] == number, weathered, result)
                number += 1
            groups.append(result)
        return ops.concatenate(groups, axis=0)


def _reflect(place, size):
    """Continues a line of `size` pixels by reflection, without end."""
    period = ops.maximum(2 * (size - 1), 1)
    place = ops.mod(place, period)
    return ops.minimum(place, period - place) * ops.cast(size > 1, "int32")
