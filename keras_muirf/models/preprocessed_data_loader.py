import keras
import numpy as np
from torch.utils.data import DataLoader
from torch.utils.data import IterableDataset


def preprocess_data_loader(loader, preprocessor):
    """Passes the batches of a PyTorch loader through a preprocessor.

    Args:
        loader: A `torch.utils.data.DataLoader`. It is iterated as it is, with
            its own workers, sampler and state.
        preprocessor: Callable of `x`, `y` and `sample_weight`.

    Returns:
        A `torch.utils.data.DataLoader` with tensors on the host.
    """
    sized = hasattr(loader.dataset, "__len__")
    batches = _SizedBatches if sized else _Batches
    return DataLoader(batches(loader, preprocessor), batch_size=None)


class _Batches(IterableDataset):
    def __init__(self, loader, preprocessor):
        self.loader = loader
        self.preprocessor = preprocessor

    def __iter__(self):
        for batch in self.loader:
            # As arrays: the preprocessor would make tensors of the backend,
            # which Keras does not expect from a DataLoader.
            batch = keras.tree.map_structure(_as_array, batch)
            x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
            yield self.preprocessor(x, y, sample_weight)


class _SizedBatches(_Batches):
    def __len__(self):
        return len(self.loader)


def _as_array(value):
    return np.asarray(value.cpu() if hasattr(value, "cpu") else value)
