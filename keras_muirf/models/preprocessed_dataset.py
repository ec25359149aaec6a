"""Preprocessing whatever `fit`, `evaluate` and `predict` take."""

import sys

import keras


class PreprocessedDataset(keras.utils.PyDataset):
    """A `keras.utils.PyDataset` whose batches pass a preprocessor."""

    def __init__(self, dataset, preprocessor):
        super().__init__(
            workers=dataset.workers,
            use_multiprocessing=dataset.use_multiprocessing,
            max_queue_size=dataset.max_queue_size,
        )
        self.dataset = dataset
        self.preprocessor = preprocessor

    @property
    def num_batches(self):
        return self.dataset.num_batches

    def __getitem__(self, index):
        return preprocess_batch(self.dataset[index], self.preprocessor)

    def on_epoch_begin(self):
        self.dataset.on_epoch_begin()

    def on_epoch_end(self):
        self.dataset.on_epoch_end()


def preprocess_batch(batch, preprocessor):
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
    return preprocessor(x, y, sample_weight)


def preprocess_data(x, y, sample_weight, preprocessor):
    """Applies a preprocessor to the arguments of `fit`.

    Arrays are converted; a `keras.utils.PyDataset`, PyTorch's `DataLoader` and
    anything that has a `map` (`tf.data`, Grain) is wrapped. Batches of other
    iterables, such as generators, are the model's own to begin with.

    Returns:
        `(x, y, sample_weight)`.
    """
    if preprocessor is None or x is None:
        return x, y, sample_weight
    if isinstance(x, keras.utils.PyDataset):
        return PreprocessedDataset(x, preprocessor), None, None
    if _is_data_loader(x):
        # On need only: it imports PyTorch.
        from keras_muirf.models.preprocessed_data_loader import (
            preprocess_data_loader,
        )

        return preprocess_data_loader(x, preprocessor), None, None
    if hasattr(x, "map"):
        return x.map(_over_batch(x, preprocessor)), None, None
    if isinstance(x, dict) or hasattr(x, "shape") or isinstance(x, list):
        batch = preprocessor(x, y, sample_weight)
        return keras.utils.unpack_x_y_sample_weight(batch)
    return x, y, sample_weight


def _is_data_loader(x):
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(x, torch.utils.data.DataLoader)


def _over_batch(dataset, preprocessor):
    # tf.data spreads a tuple over the arguments, Grain does not.
    if hasattr(dataset, "element_spec"):
        return preprocessor
    return lambda batch: preprocess_batch(batch, preprocessor)
