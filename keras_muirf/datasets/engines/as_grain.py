import sys

from keras_muirf.datasets.engines.batch_numbers import BatchNumbers


def as_grain(dataset, epochs: int | None = None, start=None, makers: int = 2):
    """Gives the batches as a `grain.IterDataset`.

    They are those of the dataset, in the same order, through all epochs. Tell
    `fit` where an epoch ends: `steps_per_epoch=dataset.steps_per_epoch`. In a
    loop of one's own, `get_state()` and `set_state()` of the iterator stop
    and go on.

    Args:
        dataset: A `keras_muirf.datasets.WeatherMajorDataset`.
        epochs: Integer, the epoch to stop before, as in `fit`. Defaults to
            `None`: no end.
        start: Tuple `(epoch, step)` of the first batch, to go on with a
            stopped run. Defaults to the first one of `dataset.epoch`.
        makers: Integer, threads that make one batch each. Defaults to `2`.

    Returns:
        A `grain.IterDataset` of `({"image": x, "weather": k}, y)`, NumPy
        arrays.

    Raises:
        ImportError: If Grain is not installed.
        ValueError: If there is no batch to begin with.

    Example:

    ```python
    batches = iter(keras_muirf.datasets.as_grain(dataset))
    next(batches)
    state = batches.get_state()
    ```
    """
    try:
        import grain
    except ImportError as error:
        raise ImportError(
            "Grain is not installed: pip install grain"
        ) from error

    numbers = BatchNumbers(dataset, epochs, start)
    last = sys.maxsize if numbers.last is None else numbers.last
    return (
        grain.MapDataset.range(numbers.first, last)
        .map(numbers.make_batch)
        .to_iter_dataset(
            grain.ReadOptions(
                num_threads=makers if dataset.prefetch else 0,
                prefetch_buffer_size=max(dataset.prefetch, makers),
            )
        )
    )
