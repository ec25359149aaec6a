"""`fit`, `evaluate` and `predict` on PyTorch's loaders."""

import numpy as np
import pytest
from small import small_preprocessor
from small import small_restorer

from keras_muirf.models.preprocessed_dataset import preprocess_data

torch = pytest.importorskip("torch")


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (2, 5, 8, 8, 3), "uint8")


def as_loader(images, **options):
    data = torch.utils.data.TensorDataset(*map(torch.as_tensor, images))
    return torch.utils.data.DataLoader(data, batch_size=2, **options)


def test_batches_are_in_the_models_form(images):
    loader, y, weight = preprocess_data(
        as_loader(images), None, None, small_preprocessor()
    )
    assert y is None and weight is None and len(loader) == 3
    sizes = []
    for number, (inputs, target) in enumerate(loader):
        x, k = inputs["image"], inputs["weather"]
        assert x.dtype == target.dtype == torch.float32
        assert k.tolist() == [-1] * len(x)
        rows = slice(2 * number, 2 * number + 2)
        for got, wanted in zip((x, target), images[:, rows], strict=True):
            np.testing.assert_allclose(got.numpy(), wanted / 255, atol=1e-6)
        sizes.append(len(x))
    assert sizes == [2, 2, 1]


def test_a_stream_stays_without_a_length():
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            while True:
                yield {"image": torch.ones(8, 8, 3)}, torch.zeros(8, 8, 3)

    stream = torch.utils.data.DataLoader(Stream(), batch_size=3)
    loader, _, _ = preprocess_data(stream, None, None, small_preprocessor())
    assert not hasattr(loader.dataset, "__len__")
    inputs, y = next(iter(loader))
    assert inputs["weather"].tolist() == [-1] * 3
    assert float(inputs["image"].min()) == 1 and float(y.max()) == 0


@pytest.mark.slow
def test_a_loader_measures_as_its_images_do(images):
    restorer = small_restorer()
    expected = restorer.evaluate(*images, batch_size=2, verbose=0)
    got = restorer.evaluate(as_loader(images), verbose=0)
    np.testing.assert_allclose(got, expected, rtol=1e-4)
