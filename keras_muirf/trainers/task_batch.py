"""What the three trainers share: task-ordered batches and their checks."""

import keras
import numpy as np
from keras import ops

from keras_muirf.optimizers.task_gradient_optimizer import TaskGradientOptimizer

BATCH_HELP = (
    "Order every training batch as `num_tasks` equal groups, one task per "
    "group, in the order of the task labels."
)


class TaskBatchMixin:
    """Trains a `keras.Model` on one gradient per task.

    Put it first among the bases of a model. Compiled with a
    `keras_muirf.optimizers.TaskGradientOptimizer`, such as `MVGH`, the model
    cuts every training batch into `num_tasks` equal consecutive slices, one
    per task, runs one forward and one backward pass per slice, and hands the
    stacked gradients to the optimizer. Compiled with any other optimizer it
    trains the ordinary way, on any batch.

    Attributes to override:

    - `num_tasks`: Int, for optimizers that were not told.
    - `task_labels(x)`: returns `(batch,)` integers, the task of each example
      of the inputs `x`. In a training batch they must be constant within a
      slice, increase from slice to slice and not be negative.
    - `batch_help`: String, how to make such a batch, for error messages.
    - `averaged_variables`: `averaged` of `MVGH`, if it was not given there.

    Example:

    ```python
    class Restorer(keras_muirf.trainers.TaskGradientTrainer, keras.Model):
        num_tasks = 4

        def task_labels(self, x):
            return x["weather"]
    ```
    """

    num_tasks = None
    averaged_variables = None
    batch_help = BATCH_HELP

    def task_labels(self, x):
        """The task of every example: `(batch,)` integers, or `None`."""
        return None

    def compile(self, *args, **kwargs):
        super().compile(*args, **kwargs)
        rule = self.task_gradient_optimizer
        if rule is not None and rule.num_tasks is None:
            rule.num_tasks = self.num_tasks
        if getattr(rule, "averaged", ()) is None:
            rule.averaged = self.averaged_variables

    def compile_from_config(self, config):
        # As in Keras, which does this only for its own `compile()`.
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.optimizer is not None and self.built:
            self.optimizer.build(self.trainable_variables)

    @property
    def task_gradient_optimizer(self):
        """The compiled `TaskGradientOptimizer`, `None` if it is another."""
        optimizer = getattr(self, "optimizer", None)
        if isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
            optimizer = optimizer.inner_optimizer
        if isinstance(optimizer, TaskGradientOptimizer):
            return optimizer
        return None

    def _labels_of(self, x):
        """The task labels of a batch, or a `ValueError` that says what to do.

        Reads shapes alone, so that it also serves while a graph is traced.
        """
        tasks = self.task_gradient_optimizer.num_tasks
        if tasks is None:
            raise ValueError(
                "Training with one gradient per task needs the number of "
                "tasks: give the model an attribute `num_tasks` or the "
                "optimizer the argument."
            )
        try:
            labels = self.task_labels(x)
        except KeyError as error:
            raise ValueError(
                f"The batch has no task labels: {error} is missing. "
                f"{self.batch_help}"
            ) from error
        if labels is None:
            raise ValueError(
                "The batch has no task labels: the model's `task_labels(x)` "
                f"returned None. {self.batch_help}"
            )
        size = labels.shape[0]
        if size is not None and size % tasks:
            raise ValueError(
                f"A batch of {size} examples cannot be cut into {tasks} equal "
                f"groups, one per task. {self.batch_help}"
            )
        return labels

    def check_task_batch(self, data):
        """Raises a `ValueError` unless a batch holds one task per slice.

        Args:
            data: A batch as `fit()` sees it, on the host: `x`, `(x, y)` or
                `(x, y, sample_weight)`.
        """
        x, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        labels = self._labels_of(x)
        if not getattr(labels, "is_fully_addressable", True):
            return  # other processes hold the rest and check it
        labels = ops.convert_to_numpy(labels)
        groups = labels.reshape(self.task_gradient_optimizer.num_tasks, -1)
        if not _is_task_ordered(groups):
            raise ValueError(self._order_message(labels.tolist()))

    def _order_message(self, labels=""):
        received = f" Received: labels={labels}." if labels else ""
        return (
            f"The {self.task_gradient_optimizer.num_tasks} equal groups of a "
            "training batch must each hold one task only, with labels that "
            "are known (not negative) and increase from group to group."
            f"{received} {self.batch_help}"
        )


def _is_task_ordered(groups):
    first = groups[:, 0]
    return (
        np.all(groups == first[:, None])
        and np.all(np.diff(first) > 0)
        and first[0] >= 0
    )


def split_tasks(data, num_tasks):
    """Cuts a batch into its tasks.

    Args:
        data: `x`, `(x, y)` or `(x, y, sample_weight)`, each a tensor or a
            structure of tensors of shape `(batch, ...)`.
        num_tasks: Int, a divisor of `batch`.

    Returns:
        `(x, y, sample_weight)` and a list of `num_tasks` such triples.
    """
    whole = keras.utils.unpack_x_y_sample_weight(data)
    leaves = keras.tree.flatten(whole)
    parts = [
        [None] * num_tasks if t is None else ops.split(t, num_tasks)
        for t in leaves
    ]
    return whole, [
        keras.tree.pack_sequence_as(whole, list(leaf))
        for leaf in zip(*parts, strict=True)
    ]


def join_tasks(parts):
    """Concatenates the outputs of the tasks along the batch axis."""
    return keras.tree.map_structure(
        lambda *leaf: ops.concatenate(leaf, axis=0), *parts
    )


def batch_size(x):
    return ops.shape(keras.tree.flatten(x)[0])[0]
