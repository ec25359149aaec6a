class BatchNumbers:
    """The batches of a dataset through its epochs, numbered one after another.

    Args:
        dataset: A `keras_muirf.datasets.WeatherMajorDataset`.
        epochs: Integer, the epoch to stop before, as in `fit`, or `None` for
            no end.
        start: Tuple `(epoch, step)` of the batch to begin with. Defaults to
            the first one of `dataset.epoch`.

    Raises:
        ValueError: If there is no batch to begin with.
    """

    def __init__(self, dataset, epochs=None, start=None):
        epoch, step = (dataset.epoch, 0) if start is None else start
        steps = dataset.steps_per_epoch
        if epoch < 0 or not 0 <= step < steps:
            raise ValueError(
                "`start` is a tuple (epoch, step) with an epoch of at least 0 "
                f"and a step from 0 to {steps - 1}. Received: start={start}"
            )
        if epochs is not None and epochs <= epoch:
            raise ValueError(
                "`epochs` is the epoch to stop before, as in `fit`, and has "
                f"to be more than the first one, {epoch}. Received: "
                f"epochs={epochs}"
            )
        self.dataset = dataset
        self.first = epoch * steps + step
        self.last = None if epochs is None else epochs * steps

    def make_batch(self, number):
        """Makes the batch of a number from `first` to before `last`.

        Args:
            number: Integer.

        Returns:
            `({"image": x, "weather": k}, y)`.
        """
        epoch, step = divmod(int(number), self.dataset.steps_per_epoch)
        if self.dataset.fixed:
            epoch = self.dataset.epoch
        return self.dataset.make_batch(epoch, step)
