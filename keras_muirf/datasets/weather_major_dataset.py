import functools
import itertools
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np

from keras_muirf.datasets.batch_arguments import require_counts
from keras_muirf.datasets.batch_arguments import require_crops
from keras_muirf.datasets.batch_arguments import require_replicas
from keras_muirf.datasets.batches_ahead import BatchesAhead
from keras_muirf.datasets.crops import random_crop
from keras_muirf.datasets.crops import random_symmetry
from keras_muirf.datasets.image_pool import require_equal_sizes
from keras_muirf.datasets.jpeg import jpeg
from keras_muirf.datasets.readable_images import ReadableImages
from keras_muirf.datasets.synthesized import Synthesized
from keras_muirf.datasets.weighted_sources import weighted_sources
from keras_muirf.trainers.compiled import compiled
from keras_muirf.weathers import usual_order

# Of JPEG, where crops are compressed: from that of the web to that of cameras.
QUALITY = (40, 95)


class WeatherMajorDataset(keras.utils.PyDataset):
    """Training batches in which every weather has its equal, fixed place.

    A batch is `({"image": x, "weather": k}, y)`. `x` and `y` are float32
    `(K * n, height, width, 3)` in [0, 1], the crops with and without weather;
    `k` is int32 `(K * n,)`. The first n crops show the first weather, the
    next n the second, and so on: a training step can cut the batch into one
    slice per task without looking at the labels. With `clear` some crops of
    every weather have none: x is y there, and k the weather's plus K.

    Batch `i` of epoch `e` is a function of `seed`, `e` and `i` alone, and
    `fit` gets the batches in order, whatever its `shuffle`. A stopped run
    goes on exactly where it was with
    `dataset.epoch = e; model.fit(dataset, initial_epoch=e)`. The same batches
    come from `tf.data`, Grain and PyTorch's `DataLoader` by
    `keras_muirf.datasets.as_tf_data`, `as_grain` and `as_data_loader`.

    An image that cannot be read (damaged, cut short, gone) is named in one
    warning, set aside, and another one is drawn in its place from the same
    random numbers: as long as the files stay as they are, so do the batches,
    whichever thread comes upon it and whenever a run was resumed.
    `set_aside` tells which these are.

    Args:
        sources: Dictionary from weather to its source, or to a list of
            sources and of tuples `(source, weight)`. A source is a
            `keras_muirf.datasets.PairedFolder`, `BenchmarkPairs`, `TFDSPairs`
            or `Synthesized`. The weights of one weather say how its crops are
            shared out among its sources (as evenly as n allows in every
            batch); within a source all images are equally likely.
        images_per_weather: Integer n, crops per weather. Defaults to `4`.
        crop_size: Integer or `(height, width)`, in pixels. Smaller images
            are continued by reflection. Defaults to `128`.
        steps_per_epoch: Integer, batches per epoch. Leave the argument of
            that name of `fit` alone. Defaults to `1000`.
        weathers: `None`, or the model's weathers in the model's order. A
            label is a place in this tuple. Defaults to the weathers of
            `sources`: those of `keras_muirf.WEATHERS` in that order, then
            others in theirs.
        augment: `"dihedral"` (flips and quarter turns, alike on both images
            of a pair; the habit of the field), `"flip"` (left to right only:
            keeps the direction in which rain and snow fall) or `None`. On
            `Synthesized` sources this comes before the weather. Defaults to
            `"dihedral"`.
        zoom: `None`, or a tuple `(low, high)`: clean photographs are scaled
            by a random factor from this range before the weather. Pairs are
            never scaled. Defaults to `None`.
        clear: Float, the share of each weather's crops that are given without
            it, from 0 up to, but without, 1. Defaults to `0`.
        compressed: Float in [0, 1], the share of the crops that are given as
            JPEG leaves them, after the weather, with a quality of 40 to 95:
            photographs are compressed, and what is not seen of that is made
            visible where haze is removed. Targets stay as they are, but for
            those of clear crops, which are the crops. Defaults to `0`.
        seed: Non-negative integer. Defaults to `0`.
        epoch: Integer, the epoch to begin with. Defaults to `0`.
        fixed: Boolean. Give the batches of `epoch` in every epoch; for
            validation. Defaults to `False`.
        prefetch: Integer, batches made ahead on another thread while the
            model trains. Defaults to `2`; `0` makes each batch when it is
            asked for.
        replicas: Integer, devices or processes that share every batch, a
            divisor of `images_per_weather`. A batch is then ordered as one
            weather-major part after the other, so that each has every
            weather. Defaults to `1`.
        replica: `None`, or the number of this process among `replicas`, to
            get its part alone. Defaults to `None`.
        threads: Integer, threads on which the images of a batch are decoded
            and cropped. The batch does not depend on it. Defaults to the
            number of cores; `0` uses the thread that makes the batch.

    Raises:
        ValueError: If a source stands under another weather than its own,
            a weather is unknown, or an argument has an impossible value; or,
            with the batch, if the images of a pair differ in size.
        ImageError: With the batch, if no image of a source can be read.
        RuntimeError: With the batch, in a process that was forked.

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
        images_per_weather: int = 4,
        crop_size=128,
        steps_per_epoch: int = 1000,
        weathers=None,
        augment="dihedral",
        zoom=None,
        clear: float = 0.0,
        compressed: float = 0.0,
        seed: int = 0,
        epoch: int = 0,
        fixed: bool = False,
        prefetch: int = 2,
        threads: int | None = None,
        replicas: int = 1,
        replica=None,
    ):
        super().__init__(workers=1)
        size = (crop_size,) * 2 if np.isscalar(crop_size) else tuple(crop_size)
        threads = _cores() if threads is None else threads
        require_counts(
            images_per_weather, steps_per_epoch, size, prefetch, threads
        )
        require_crops(augment, zoom, clear, compressed, size, crop_size)
        require_replicas(images_per_weather, replicas, replica)
        self.weathers = tuple(weathers or sorted(sources, key=usual_order))
        if not sources or not set(sources) <= set(self.weathers):
            raise ValueError(
                "`sources` needs sources for some of the weathers "
                f"{', '.join(self.weathers)} and for no other. "
                f"Received: {sorted(sources)}"
            )
        self.images_per_weather = images_per_weather
        self.crop_size = size
        self.steps_per_epoch = steps_per_epoch
        self.augment = augment
        self.zoom = zoom
        self.clear = clear
        self.compressed = compressed
        self.seed = seed
        self.epoch = epoch
        self.fixed = fixed
        self.prefetch = prefetch
        self.threads = threads
        self.replicas = replicas
        self.replica = replica
        # (label, sources, cumulative weights) of each group, in batch order
        self._groups = tuple(
            (label, *weighted_sources(weather, sources[weather]))
            for label, weather in enumerate(self.weathers)
            if weather in sources
        )
        self._served = None
        self._images = ReadableImages(
            source for _, sources, _ in self._groups for source in sources
        )
        # What making a batch last raised: engines wrap errors in their own.
        self.error = None
        self._start_threads()

    def _start_threads(self):
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._ahead = BatchesAhead(
            lambda key: self.make_batch(*key), self.prefetch
        )
        self._decoders = ThreadPoolExecutor(self.threads or 1)

    def __getstate__(self):
        parts = ("_process", "_lock", "_ahead", "_decoders")
        return {k: v for k, v in self.__dict__.items() if k not in parts}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._start_threads()

    @property
    def batch_size(self):
        """Integer, the images of a batch."""
        images = len(self._groups) * self.images_per_weather
        return images if self.replica is None else images // self.replicas

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
        last = min(index + self.prefetch, len(self) - 1)
        following = [(epoch, i) for i in range(index + 1, last + 1)]
        try:
            return self._ahead.get((epoch, index), following)
        except Exception as error:
            self.error = error
            raise

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

    @property
    def set_aside(self):
        """Why images could not be read so far: one sentence for each."""
        return self._images.set_aside()

    def get_state(self):
        """What `set_state` needs to go on: the epoch, and what is set aside.

        Returns:
            A dictionary that JSON can hold.
        """
        return {"epoch": self.epoch, "set_aside": self._images.get_state()}

    def set_state(self, state):
        """Goes on where `get_state` was called.

        Images that were set aside are tried once more, since a file may have
        been put right meanwhile.

        Args:
            state: Dictionary, from `get_state`.
        """
        self.epoch = int(state["epoch"])
        self._images.set_state(state["set_aside"])

    def make_batch(self, epoch: int, index: int):
        """Makes batch `index` of epoch `epoch`, whatever the current epoch.

        Args:
            epoch: Non-negative integer.
            index: Non-negative integer.

        Returns:
            `({"image": x, "weather": k}, y)`, as described above.
        """
        if os.getpid() != self._process:
            raise RuntimeError(
                "Batches cannot be made in a process that was forked from the "
                "one where the dataset was made: neither reading images nor "
                "weather layers survive that. They are made on threads, so "
                "leave the engine's worker processes at 0, or start them "
                "with 'spawn'."
            )
        sequence = np.random.SeedSequence(self.seed, spawn_key=(epoch, index))
        rng = _generator(sequence)
        chosen = self._choose_sources(rng)
        shape = (len(chosen), *self.crop_size, 3)
        x, y = np.empty(shape, "float32"), np.empty(shape, "float32")
        # A generator for every place: no matter which thread comes first.
        rngs = [_generator(own) for own in sequence.spawn(len(chosen))]
        over_places = self._decoders.map if self.threads else map
        for _ in over_places(self._crop, x, y, chosen, rngs):
            pass
        for source, places in _runs(chosen):
            if isinstance(source, Synthesized):
                x[places] = self._weathered(source, y[places], rng)
        labels = np.array([label for label, _, _ in self._groups], "int32")
        labels = np.repeat(labels, self.images_per_weather)
        places = self._choose_clear(rng)
        x[places] = y[places]
        labels[places] += len(self.weathers)
        if self.compressed:
            quality = self._choose_quality(rng, len(x))
            x = np.array(_compiled_jpeg()(x, quality))
            y[places] = x[places]
        if self.replicas > 1:
            places = self._places_of_replicas()
            x, labels, y = x[places], labels[places], y[places]
        return {"image": x, "weather": labels}, y

    def _places_of_replicas(self):
        """The places of a batch in the order of the replicas."""
        shape = (len(self._groups), self.replicas, -1)
        places = np.arange(len(self._groups) * self.images_per_weather)
        parts = places.reshape(shape).swapaxes(0, 1)
        return (parts if self.replica is None else parts[self.replica]).ravel()

    def _choose_clear(self, rng):
        """Returns the places in the batch that are left without weather."""
        n, places = self.images_per_weather, []
        for first in range(0, len(self._groups) * n, n) if self.clear else ():
            count = int(self.clear * n + rng.random())
            places += list(first + rng.permutation(n)[:count])
        return places

    def _choose_quality(self, rng, count):
        """Returns the JPEG quality of every crop; 0 leaves it as it is."""
        quality = rng.integers(*QUALITY, size=count, endpoint=True)
        chosen = rng.random(count) < self.compressed
        return np.float32(np.where(chosen, quality, 0))

    def _choose_sources(self, rng):
        """Returns the source of every place in the batch."""
        n = self.images_per_weather
        chosen = []
        for _, sources, cumulative in self._groups:
            # One draw shared by equally spaced points: each source gets its
            # share of n, rounded up or down.
            points = (rng.random() + np.arange(n)) / n
            numbers = np.searchsorted(cumulative, points, side="right")
            chosen += [sources[number] for number in numbers]
        return chosen

    def _crop(self, x, y, source, rng):
        """Fills one place; under weather yet to be made, with `y` alone."""
        synthesized = isinstance(source, Synthesized)
        name, images = self._images.draw(source, rng)
        images = (images,) if synthesized else images
        require_equal_sizes(name, source, images)
        zoom = self.zoom if synthesized else None
        images = random_crop(images, self.crop_size, rng, zoom)
        images = random_symmetry(images, rng, self.augment)
        for place, image in zip((y, x), images[::-1], strict=False):
            np.divide(image, np.float32(255.0), out=place, dtype="float32")

    def _weathered(self, source, clean, rng):
        # Always the full count, so that the layer is compiled once.
        repeated = np.resize(np.arange(len(clean)), self.images_per_weather)
        seed = rng.integers(2**31, size=2)
        return source.synthesize(clean[repeated], seed)[: len(clean)]


@functools.cache
def _compiled_jpeg():
    return compiled(jpeg)


def _cores():
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _generator(sequence):
    return np.random.Generator(np.random.Philox(sequence))


def _runs(sources):
    """Yields every source with the slice of its consecutive places."""
    start = 0
    for _, run in itertools.groupby(sources, id):
        run = list(run)
        yield run[0], slice(start, start + len(run))
        start += len(run)
