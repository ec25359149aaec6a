import itertools

from keras_muirf.datasets.batches_ahead import BatchesAhead
from keras_muirf.datasets.engines.batch_numbers import BatchNumbers


def as_data_loader(dataset, epochs: int | None = None, start=None, **options):
    """Gives the batches as a `torch.utils.data.DataLoader`.

    They are those of the dataset, in the same order, through all epochs. Tell
    `fit` where an epoch ends: `steps_per_epoch=dataset.steps_per_epoch`.

    Batches are made ahead on threads of this process. Worker processes are
    possible where all sources are files, with `num_workers` and
    `multiprocessing_context="spawn"`; in forked ones an error says so.

    Args:
        dataset: A `keras_muirf.datasets.WeatherMajorDataset`.
        epochs: Integer, the epoch to stop before, as in `fit`. Defaults to
            `None`: no end.
        start: Tuple `(epoch, step)` of the first batch, to go on with a
            stopped run. Defaults to the first one of `dataset.epoch`.
        **options: Other arguments of `DataLoader`, such as `pin_memory`.

    Returns:
        A `DataLoader` of `[{"image": x, "weather": k}, y]`, PyTorch tensors.

    Raises:
        ImportError: If PyTorch is not installed.
        ValueError: If there is no batch to begin with.

    Example:

    ```python
    batches = keras_muirf.datasets.as_data_loader(dataset, epochs=10)
    restorer.fit(
        batches, epochs=10, steps_per_epoch=dataset.steps_per_epoch
    )
    ```
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            'A DataLoader needs PyTorch: pip install "keras-muirf[torch]"'
        ) from error

    numbers = BatchNumbers(dataset, epochs, start)
    if numbers.last is None:
        options |= {"sampler": _Counter(numbers.first)}
        batches = _Batches(numbers)
    else:
        options |= {"sampler": range(numbers.first, numbers.last)}
        batches = _CountedBatches(numbers)
    # Anything with items serves, not only a `Dataset`.
    return torch.utils.data.DataLoader(
        batches,  # type: ignore[arg-type]
        batch_size=None,
        **options,
    )


class _Batches:
    """Batches by their numbers, for a `DataLoader`; without end."""

    def __init__(self, numbers):
        self.numbers = numbers
        self._ahead = BatchesAhead(numbers.make_batch, numbers.dataset.prefetch)

    def __getstate__(self):
        return {"numbers": self.numbers}

    def __setstate__(self, state):
        self.numbers = state["numbers"]
        # Workers take turns, so that the next batch is not a worker's own.
        self._ahead = BatchesAhead(self.numbers.make_batch, 0)

    def __getitem__(self, number):
        last = number + self.numbers.dataset.prefetch
        if self.numbers.last is not None:
            last = min(last, self.numbers.last - 1)
        return self._ahead.get(number, range(number + 1, last + 1))


class _CountedBatches(_Batches):
    # By this `fit` learns how many there are.
    def __len__(self):
        return self.numbers.last - self.numbers.first


class _Counter:
    """The numbers from a first one on, anew for every iteration."""

    def __init__(self, first):
        self.first = first

    def __iter__(self):
        return itertools.count(self.first)
