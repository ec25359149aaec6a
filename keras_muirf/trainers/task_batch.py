"""What the three trainers share: task-ordered batches and their checks."""

import keras
import numpy as np
from keras import ops

from keras_muirf.optimizers.task_gradient_optimizer import TaskGradientOptimizer

BATCH_HELP = (
    "Order every training batch as `num_tasks` equal groups, one task per "
    "group, in the order of the task labels."
)


TASK_GRADIENTS = ("slices", "one_pass", "losses")


class TaskBatchMixin:
    """Trains a `keras.Model` on one gradient per task.

    Put it first among the bases of a model. Compiled with a
    `keras_muirf.optimizers.TaskGradientOptimizer`, such as `MVGH`, every
    training step makes the gradient of each task and hands all of them to the
    optimizer. Compiled with any other optimizer the model trains the ordinary
    way, on any batch.

    Attributes to override:

    - `num_tasks`: Int, for optimizers that were not told.
    - `task_gradients`: String, how the gradients are made.

      - `"slices"`: every example belongs to one task. A batch is cut into
        `num_tasks` equal consecutive slices, with one forward and one
        backward pass for each. For any model.
      - `"one_pass"`: as well, but by one forward and one backward pass of the
        whole batch, which is faster. For models whose layers read the
        variables that tasks share through `keras_muirf.task_axis`.
      - `"losses"`: all tasks look at the same examples, and each has a loss
        of its own. One forward pass and a backward pass for each loss.

    - `task_labels(x)`: for slices and one pass, returns `(batch,)` integers,
      the task of each example of the inputs `x`. In a training batch they
      must be constant within a slice, increase from slice to slice and not
      be negative.
    - `batch_help`: String, how to make such a batch, for error messages.
    - `task_losses(x, y, y_pred, sample_weight)`: for losses, returns a list
      of scalars, one per task. By default the compiled losses of the model's
      outputs, one output per task.
    - `averaged_variables`: `averaged` of the optimizer, if it was not given
      there.

    Examples:

    ```python
    # One task per example.
    class Restorer(keras_muirf.trainers.TaskGradientTrainer, keras.Model):
        num_tasks = 4

        def task_labels(self, x):
            return x["weather"]

    # One task per output.
    class Classifier(keras_muirf.trainers.TaskGradientTrainer, keras.Model):
        num_tasks = 2
        task_gradients = "losses"

    model = Classifier(image, {"left": left_digit, "right": right_digit})
    model.compile(
        keras_muirf.optimizers.UPGrad("adam"),
        loss={name: "sparse_categorical_crossentropy" for name in y},
    )
    ```
    """

    num_tasks: int | None = None
    task_gradients = "slices"
    averaged_variables: tuple[str, ...] | None = None
    batch_help = BATCH_HELP

    def task_labels(self, x):
        """The task of every example in `x`: `(batch,)` integers, or `None`."""
        return None

    def task_losses(self, x, y, y_pred, sample_weight=None):
        """The loss of every task, for tasks that share their examples.

        Args:
            x: the inputs of the batch.
            y: the targets, one structure of tensors with one per task.
            y_pred: the outputs, of the same structure.
            sample_weight: `None`, or weights `(batch,)` for all tasks.

        Returns:
            A list of scalars.
        """
        losses = keras.tree.flatten(self.loss)
        outputs = keras.tree.flatten(y_pred)
        if len(losses) == 1:
            losses = losses * len(outputs)
        targets = keras.tree.flatten(y)
        if not len(losses) == len(targets) == len(outputs):
            raise ValueError(
                "Each task needs an output, a target and a loss; override "
                "`task_losses` for tasks of another form. Received: "
                f"{len(outputs)} outputs, {len(targets)} targets and "
                f"{len(losses)} losses"
            )
        return [
            _scalar_loss(keras.losses.get(loss), target, output, sample_weight)
            for loss, target, output in zip(
                losses, targets, outputs, strict=True
            )
        ]

    def _checked_task_losses(self, x, y, y_pred, sample_weight, extra):
        losses = self.task_losses(x, y, y_pred, sample_weight)
        tasks = self.task_gradient_optimizer.num_tasks
        if len(losses) != tasks:
            raise ValueError(
                f"`task_losses` must return one loss for each of the {tasks} "
                f"tasks. Received: {len(losses)} losses"
            )
        # What layers add belongs to no task: it stands beside the mean.
        return [loss + sum(extra) for loss in losses]

    def _log_task_losses(self, x, y, y_pred, sample_weight):
        """Keras logs the loss of each output, if its own losses are called."""
        if self.task_gradients != "losses" or self._compile_loss is None:
            return
        if not self._compile_loss.built:
            self._compile_loss.build(y, y_pred)
        losses = self.task_losses(x, y, y_pred, sample_weight)
        logged = self._compile_loss.metrics
        if len(logged) == len(losses):
            for metric, loss in zip(logged, losses, strict=True):
                metric.update_state(loss, sample_weight=batch_size(x))

    def compile(self, *args, **kwargs):
        if self.task_gradients not in TASK_GRADIENTS:
            raise ValueError(
                f"`task_gradients` must be one of {TASK_GRADIENTS}. "
                f"Received: task_gradients={self.task_gradients!r}"
            )
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

    def _needs_task_order(self):
        """Whether training batches have to be in the order of the tasks."""
        return (
            self.task_gradient_optimizer is not None
            and self.task_gradients != "losses"
        )

    def _shared_variables(self):
        """The trainable variables of which each task's gradient counts."""
        rule = self.task_gradient_optimizer
        return [v for v in self.trainable_variables if not rule.averages(v)]

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
        x, _, _ = unpack(data)
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


def unpack(data):
    """`(x, y, sample_weight)` of a batch, `None` for what it has not."""
    return keras.utils.unpack_x_y_sample_weight(data)


def split_tasks(data, num_tasks):
    """Cuts a batch into its tasks.

    Args:
        data: `x`, `(x, y)` or `(x, y, sample_weight)`, each a tensor or a
            structure of tensors of shape `(batch, ...)`.
        num_tasks: Int, a divisor of `batch`.

    Returns:
        A list of `num_tasks` triples `(x, y, sample_weight)`.
    """
    whole = unpack(data)
    leaves = keras.tree.flatten(whole)
    parts = [
        [None] * num_tasks if t is None else ops.split(t, num_tasks)
        for t in leaves
    ]
    return [
        keras.tree.pack_sequence_as(whole, list(leaf))
        for leaf in zip(*parts, strict=True)
    ]


def join_tasks(parts):
    """Concatenates the outputs of the tasks along the batch axis."""
    return keras.tree.map_structure(
        lambda *leaf: ops.concatenate(leaf, axis=0), *parts
    )


def _scalar_loss(loss, target, output, sample_weight):
    if isinstance(loss, keras.losses.Loss):
        return loss(target, output, sample_weight=sample_weight)
    values = loss(target, output)
    if sample_weight is not None:
        values = values * ops.cast(sample_weight, values.dtype)
    return ops.mean(values)


def batch_size(x):
    return ops.shape(keras.tree.flatten(x)[0])[0]
