from keras_muirf.datasets.engines.batch_numbers import BatchNumbers


def as_tf_data(dataset, epochs: int | None = None, start=None, makers: int = 2):
    """Gives the batches as a `tf.data.Dataset`.

    They are those of the dataset, in the same order, through all epochs. Tell
    `fit` where an epoch ends: `steps_per_epoch=dataset.steps_per_epoch`.

    Args:
        dataset: A `keras_muirf.datasets.WeatherMajorDataset`.
        epochs: Integer, the epoch to stop before, as in `fit`. Defaults to
            `None`: no end.
        start: Tuple `(epoch, step)` of the first batch, to go on with a
            stopped run. Defaults to the first one of `dataset.epoch`.
        makers: Integer, batches that are in the making at once. Defaults to
            `2`.

    Returns:
        A `tf.data.Dataset` of `({"image": x, "weather": k}, y)`, tensors of
        known shapes.

    Raises:
        ImportError: If TensorFlow is not installed.
        ValueError: If there is no batch to begin with.

    Example:

    ```python
    batches = keras_muirf.datasets.as_tf_data(dataset)
    restorer.fit(
        batches, epochs=10, steps_per_epoch=dataset.steps_per_epoch
    )
    ```
    """
    try:
        import tensorflow as tf
    except ImportError as error:
        raise ImportError(
            'tf.data needs TensorFlow: pip install "keras-muirf[tensorflow]"'
        ) from error

    numbers = BatchNumbers(dataset, epochs, start)
    pixels = (dataset.batch_size, *dataset.crop_size, 3)
    specs = (
        tf.TensorSpec(pixels, "float32"),
        tf.TensorSpec(pixels[:1], "int32"),
        tf.TensorSpec(pixels, "float32"),
    )

    def make_flat(number):
        inputs, y = numbers.make_batch(number)
        return inputs["image"], inputs["weather"], y

    def make(number):
        x, k, y = (
            tf.ensure_shape(value, spec.shape)
            for value, spec in zip(
                tf.numpy_function(
                    make_flat, [number], [s.dtype for s in specs]
                ),
                specs,
                strict=True,
            )
        )
        return {"image": x, "weather": k}, y

    if numbers.last is None:
        batches = tf.data.Dataset.counter(numbers.first)
    else:
        batches = tf.data.Dataset.range(numbers.first, numbers.last)
    batches = batches.map(make, num_parallel_calls=makers, deterministic=True)
    if dataset.prefetch:
        batches = batches.prefetch(dataset.prefetch)
    options = tf.data.Options()
    # A weather layer is itself run by TensorFlow: makers that wait for one
    # must not hold the threads that it needs.
    options.threading.private_threadpool_size = makers + 1
    return batches.with_options(options)
