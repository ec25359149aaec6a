import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np

from keras_muirf.datasets.crops import random_crop
from keras_muirf.datasets.crops import random_symmetry
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.weathers import WEATHERS


class WeatherMajorDataset(keras.utils.PyDataset):
    """Training batches in which every weather has its equal, fixed place.

    A batch is `({"image": x, "weather": k}, y)`. `x` and `y` are float32
    `(K * n, height, width, 3)` in [0, 1], the crops with and without weather;
    `k` is int32 `(K * n,)`. The first n crops show the first weather, the
    next n the second, and so on: a training step can cut the batch into one
    slice per task without looking at the labels.

    Batch `i` of epoch `e` is a function of `seed`, `e` and `i` alone, and
    `fit` gets the batches in order, whatever its `shuffle`. A stopped run
    goes on exactly where it was with
    `dataset.epoch = e; model.fit(dataset, initial_epoch=e)`.

    Args:
        sources: Dictionary from weather to its source, or to a list of
            sources and of tuples `(source, weight)`. A source is a
            `keras_muirf.datasets.PairedFolder` or a
            `keras_muirf.datasets.Synthesized`. The weights of one weather
            say how its crops are shared out among its sources (as evenly as
            n allows in every batch); within a source all images are equally
            likely.
        images_per_weather: Integer n, crops per weather. Defaults to `4`.
        crop_size: Integer or `(height, width)`, in pixels. Smaller images
            are continued by reflection. Defaults to `128`.
        steps_per_epoch: Integer, batches per epoch. Leave the argument of
            that name of `fit` alone. Defaults to `1000`.
        weathers: `None`, or the model's weathers in the model's order. A
            label is a place in this tuple. Defaults to the weathers of
            `sources` in the order of `keras_muirf.weathers.WEATHERS`.
        augment: `"dihedral"` (flips and quarter turns, alike on both images
            of a pair; the habit of the field), `"flip"` (left to right only:
            keeps the direction in which rain and snow fall) or `None`. On
            `Synthesized` sources this comes before the weather. Defaults to
            `"dihedral"`.
        zoom: `None`, or a tuple `(low, high)`: clean photographs are scaled
            by a random factor from this range before the weather. Pairs are
            never scaled. Defaults to `None`.
        seed: Non-negative integer. Defaults to `0`.
        epoch: Integer, the epoch to begin with. Defaults to `0`.
        fixed: Boolean. Give the batches of `epoch` in every epoch; for
            validation. Defaults to `False`.
        prefetch: Integer, batches made ahead on another thread while the
            model trains. Defaults to `2`; `0` makes each batch when it is
            asked for.

    Raises:
        ValueError: If a source stands under another weather than its own,
            a weather is unknown, or an argument has an impossible value.

    Example:

    ```python
    photographs = keras_muirf.datasets.CleanFolder("photographs")
    dataset = keras_muirf.datasets.WeatherMajorDataset(
        {
            "rain": keras_muirf.datasets.PairedFolder("rain100l", "rain"),
            "snow": keras_muirf.datasets.Synthesized(
                photographs, keras_muirf.weather.Snow()
            ),
        },
        images_per_weather=4,
        steps_per_epoch=500,
    )
    model.fit(dataset, epochs=10)
    ```
    """

    def __init__(
        self,
        sources,
        images_per_weather=4,
        crop_size=128,
        steps_per_epoch=1000,
        weathers=None,
        augment="dihedral",
        zoom=None,
        seed=0,
        epoch=0,
        fixed=False,
        prefetch=2,
    ):
        super().__init__(workers=1)
        size = (crop_size,) * 2 if np.isscalar(crop_size) else tuple(crop_size)
        _require_counts(images_per_weather, steps_per_epoch, size, prefetch)
        if augment not in (None, "flip", "dihedral"):
            raise ValueError(
                "`augment` has to be None, 'flip' or 'dihedral'. "
                f"Received: augment={augment!r}"
            )
        if augment == "dihedral" and size[0] != size[1]:
            raise ValueError(
                "Quarter turns need square crops; take augment='flip' for "
                f"others. Received: crop_size={crop_size}"
            )
        if zoom is not None and not 0 < zoom[0] <= zoom[1]:
            raise ValueError(
                "`zoom` has to be a range (low, high) of factors above 0. "
                f"Received: zoom={zoom}"
            )
        unknown = sorted(set(sources) - set(weathers or WEATHERS))
        if unknown or not sources:
            raise ValueError(
                "`sources` needs sources for some of the weathers "
                f"{', '.join(weathers or WEATHERS)} and for no other. "
                f"Received: {sorted(sources)}"
            )
        self.weathers = tuple(weathers or (w for w in WEATHERS if w in sources))
        self.images_per_weather = images_per_weather
        self.crop_size = size
        self.steps_per_epoch = steps_per_epoch
        self.augment = augment
        self.zoom = zoom
        self.seed = seed
        self.epoch = epoch
        self.fixed = fixed
        self.prefetch = prefetch
        # (label, sources, cumulative weights) of each group, in batch order
        self._groups = tuple(
            (label, *_weighted(weather, sources[weather]))
            for label, weather in enumerate(self.weathers)
            if weather in sources
        )
        self._served = None
        self._ahead = {}
        self._lock = threading.Lock()
        self._maker = ThreadPoolExecutor(1) if prefetch else None

    def __len__(self):
        return self.steps_per_epoch

    def __getitem__(self, index):
        if not 0 <= index < len(self):
            raise IndexError(
                f"An epoch has the batches 0 to {len(self) - 1}. "
                f"Received: index={index}"
            )
        with self._lock:
            if self._served is not None:
                index = self._served % len(self)
                self._served += 1
            epoch = self.epoch
            if not self.prefetch:
                return self.make_batch(epoch, index)
            last = min(index + self.prefetch, len(self) - 1)
            wanted = [(epoch, i) for i in range(index, last + 1)]
            for key in [key for key in self._ahead if key not in wanted]:
                self._ahead.pop(key).cancel()
            for key in wanted:
                if key not in self._ahead:
                    self._ahead[key] = self._maker.submit(self.make_batch, *key)
            batch = self._ahead.pop((epoch, index))
        return batch.result()

    # Within an epoch of `fit` batches are handed out in their own order:
    # `fit` shuffles the indices it asks for by a state that no checkpoint
    # keeps, and batches made ahead have to be the ones asked for next.
    def on_epoch_begin(self):
        self._served = 0

    def on_epoch_end(self):
        # `fit` also ends an epoch that it never ran, after a look at one
        # batch to build the model; that one does not count.
        complete = self._served is not None and self._served >= len(self)
        if complete and not self.fixed:
            self.epoch += 1
        self._served = None

    def make_batch(self, epoch, index):
        """Makes batch `index` of epoch `epoch`, whatever the current epoch.

        Args:
            epoch: Non-negative integer.
            index: Non-negative integer.

        Returns:
            `({"image": x, "weather": k}, y)`, as described above.
        """
        sequence = np.random.SeedSequence(self.seed, spawn_key=(epoch, index))
        rng = np.random.Generator(np.random.Philox(sequence))
        n = self.images_per_weather
        shape = (len(self._groups) * n, *self.crop_size, 3)
        x, y = np.empty(shape, "float32"), np.empty(shape, "float32")
        labels = np.repeat([g[0] for g in self._groups], n).astype("int32")
        for group, (_, sources, cumulative) in enumerate(self._groups):
            rows = slice(group * n, (group + 1) * n)
            # One draw shared by equally spaced points: each source gets its
            # share of n, rounded up or down.
            points = (rng.random() + np.arange(n)) / n
            choice = np.searchsorted(cumulative, points, side="right")
            for number, source in enumerate(sources):
                places = np.flatnonzero(choice == number) + rows.start
                if len(places):
                    x[places], y[places] = self._crops(source, len(places), rng)
        return {"image": x, "weather": labels}, y

    def _crops(self, source, count, rng):
        synthesized = isinstance(source, Synthesized)
        folder = source.source if synthesized else source
        zoom = self.zoom if synthesized else None
        crops = []
        for _ in range(count):
            item = folder[rng.integers(len(folder))]
            images = (item,) if synthesized else item
            images = random_crop(images, self.crop_size, rng, zoom)
            crops.append(random_symmetry(images, rng, self.augment))
        stacks = [
            np.stack(images).astype("float32") / 255.0
            for images in zip(*crops, strict=True)
        ]
        if not synthesized:
            return stacks
        # Always the full count, so that the layer is compiled once.
        repeated = np.resize(np.arange(count), self.images_per_weather)
        seed = rng.integers(2**31, size=2)
        weathered = source.synthesize(stacks[0][repeated], seed)
        return weathered[:count], stacks[0]


def _weighted(weather, sources):
    """Returns a list of sources and their cumulative weights up to 1."""
    if not isinstance(sources, list):
        sources = [sources]
    pairs = [s if isinstance(s, tuple) else (s, 1.0) for s in sources]
    for source, weight in pairs:
        if source.weather != weather:
            raise ValueError(
                f"A source of {source.weather} cannot stand under {weather!r}."
            )
        if not len(source):
            raise ValueError(f"A source of {weather} has no images.")
        if not weight >= 0:
            raise ValueError(
                "The weight of a source has to be 0 or more. "
                f"Received: {weight} for a source of {weather}"
            )
    weights = np.array([weight for _, weight in pairs], "float64")
    if not weights.sum() > 0:
        raise ValueError(
            f"{weather} needs at least one source of positive weight. "
            f"Received: sources={sources}"
        )
    cumulative = np.cumsum(weights / weights.sum())
    cumulative[-1] = 1.0
    return [source for source, _ in pairs], cumulative


def _require_counts(images_per_weather, steps_per_epoch, size, prefetch):
    if min(images_per_weather, steps_per_epoch, *size) < 1 or prefetch < 0:
        raise ValueError(
            "`images_per_weather`, `steps_per_epoch` and `crop_size` have to "
            "be positive and `prefetch` 0 or more. Received: "
            f"images_per_weather={images_per_weather}, "
            f"steps_per_epoch={steps_per_epoch}, crop_size={size}, "
            f"prefetch={prefetch}"
        )
