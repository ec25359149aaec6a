import itertools

import keras
import numpy as np
from keras import ops

from keras_muirf.optimizers.gramian import cosines
from keras_muirf.optimizers.gramian_rule import GramianRule


@keras.saving.register_keras_serializable(package="keras_muirf")
class PCGrad(GramianRule):
    """Projecting conflicting gradients (gradient surgery).

    Each gradient is projected onto the normal plane of every other one that
    it conflicts with, one after the other; the results are averaged. The
    paper draws the order at random. Here the mean over all orders is taken,
    which is the expectation of the paper's step: it depends on no random
    number, and permuting the tasks changes nothing.

    The paper adds the projected gradients up; their mean is taken here, so
    that without conflict the step is the ordinary one.

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        **kwargs: Arguments of `keras_muirf.optimizers.GramianRule`.

    Example:

    ```python
    model.compile(keras_muirf.optimizers.PCGrad("adam"), loss="mae")
    ```

    Reference: Yu et al., Gradient Surgery for Multi-Task Learning (NeurIPS
    2020), algorithm 1.
    """

    # The (K - 1)! orders are followed side by side.
    max_tasks = 7

    def weights(self, gramian):
        K = self.num_tasks
        cosine, norm, _ = cosines(gramian)
        others = [[j for j in range(K) if j != i] for i in range(K)]
        orders = np.array([list(itertools.permutations(o)) for o in others])
        one_hot = np.eye(K, dtype="float32")[orders]  # (K, orders, K - 1, K)

        # Coefficients of the unit vectors, for each task and order.
        start = np.eye(K, dtype="float32")[:, None, :]
        w = ops.convert_to_tensor(start) * norm[:, :, None, None]
        w = ops.tile(w, (1, 1, orders.shape[1], 1))
        for place in range(K - 1):
            # The task that is projected away from now.
            other = ops.convert_to_tensor(one_hot[:, :, place])
            row = ops.sum(
                other[None, ..., None] * cosine[:, None, None], axis=3
            )
            product = ops.sum(w * row, axis=3, keepdims=True)
            w = w - ops.minimum(product, 0.0) * other
        return ops.mean(w, axis=(1, 2)) / norm
