"""Every way to the gradients, on the backend in use."""

import gradient_ways as ways
import keras
import networks
import numpy as np
import pytest

pytestmark = pytest.mark.every_backend


@pytest.mark.parametrize("name", ways.ways())
def test_a_way_runs_in_a_graph(name):
    x, y = networks.training_batch(4, 16)
    restorer = ways.ways()[name](networks.new_restorer(networks.DRY))
    # A name that TensorFlow does not take as a scope is refused here.
    restored = restorer.predict_on_batch(x)
    assert restored.shape == y.shape
    assert np.all(np.isfinite(keras.ops.convert_to_numpy(restored)))
