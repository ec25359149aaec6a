import itertools
import math

import keras
from keras import ops

from keras_muirf.optimizers.flat_gradients import flatten
from keras_muirf.optimizers.flat_gradients import unflatten
from keras_muirf.optimizers.task_gradient_optimizer import TaskGradientOptimizer


@keras.saving.register_keras_serializable(package="keras_muirf")
class GramianRule(TaskGradientOptimizer):
    """Base of the rules that need the inner products of the gradients alone.

    A rule gives every task a weight, and the combined gradient is the
    weighted sum `d = sum_k w_k g_k`. The weights follow from the Gramian
    `G_kj = <g_k, g_j>`, a K x K matrix, so that a rule costs next to nothing.
    A subclass overrides `weights()`; one with a memory, `combine_shared()`.

    For all rules alike:

    - An element of a variable that only one task touches in this step (all
      others have a zero there) is not shared: it takes its own gradient,
      divided by the number of tasks as in the mean, and stays out of `G`.
    - A task whose gradient is not finite is left out of the step, as if its
      gradient were zero, and counted in the variable `skipped`, of shape
      `(num_tasks,)`. Of the variables that are averaged, the same holds for
      all of them together, uncounted: if their mean is what comes, it is
      finite in all of them, or the step leaves them all.
    - With one task the wrapped optimizer is used as it is.
    - `group_names` are the layers of the groups, in their order.
    - The variables `last_gramian`, `(groups, num_tasks, num_tasks)`, and
      `last_weights`, `(groups, num_tasks)`, keep what the last step saw.

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config.
        num_tasks: Int, or `None` to take it from the model or the gradients.
            Defaults to `None`.
        groups: `"all"` for one group of all variables, `"layer"` for one group
            per layer: each has a Gramian and weights of its own. Defaults to
            `"all"`.
        averaged: List of strings. A variable whose path contains one of them
            is left out of the rule and gets the mean of the tasks' gradients:
            for what serves an objective of all tasks together, such as a
            classifier that tells them apart, whose gradients oppose each
            other by nature. `None` takes it from the model's attribute
            `averaged_variables`. Defaults to `None`.
        name: String, the optimizer's name.

    Example:

    ```python
    @keras.saving.register_keras_serializable(package="my_rules")
    class SmallestFirst(keras_muirf.optimizers.GramianRule):
        # Weights in inverse proportion to the squared norms.
        def weights(self, gramian):
            square = keras.ops.diagonal(gramian, axis1=1, axis2=2)
            inverse = 1.0 / (square + 1e-12)
            return inverse / keras.ops.sum(inverse, axis=1, keepdims=True)
    ```
    """

    max_tasks: int | None = None

    def __init__(
        self,
        inner,
        num_tasks: int | None = None,
        groups="all",
        averaged=None,
        name: str | None = None,
    ):
        if groups not in ("all", "layer"):
            raise ValueError(
                f'`groups` must be "all" or "layer". Received: groups={groups}'
            )
        super().__init__(inner, num_tasks=num_tasks, name=name)
        self.groups = groups
        self.averaged = averaged

    def weights(self, gramian):
        """The rule: the weights of the tasks' gradients.

        Args:
            gramian: Float32 tensor of shape `(groups, num_tasks, num_tasks)`,
                finite; a task without a gradient has a row and a column of
                zeros.

        Returns:
            Tensor of shape `(groups, num_tasks)`.
        """
        raise NotImplementedError(
            f"{self.__class__.__name__} must override `weights`."
        )

    def averages(self, variable):
        return any(name in variable.path for name in self.averaged or ())

    def build(self, variables):
        K = self.num_tasks
        if None not in (K, self.max_tasks) and K > self.max_tasks:
            raise ValueError(
                f"{self.__class__.__name__} looks at all subsets or orders of "
                f"the tasks and is meant for at most {self.max_tasks}; merge "
                f"tasks. Received: num_tasks={K}"
            )
        super().build(variables)
        K = self.num_tasks
        self._takes_mean = [self.averages(v) for v in variables]
        chosen = [v for v in variables if not self.averages(v)]
        self._sizes = [math.prod(v.shape) for v in chosen]
        self._spans = self._group_spans(chosen)
        groups = len(self._spans)
        self.skipped = self.add_state("skipped", (K,), "int32")
        self.last_gramian = self.add_state("last_gramian", (groups, K, K))
        self.last_weights = self.add_state("last_weights", (groups, K))

    def add_state(self, name: str, shape, dtype: str = "float32"):
        """A variable for the rule's memory, zeros at first.

        Args:
            name: string.
            shape: tuple of ints.
            dtype: string.

        Returns:
            A `keras.Variable`.
        """
        return self.add_variable(shape=shape, dtype=dtype, name=name)

    def _group_spans(self, variables):
        """The (start, stop) of each group in the flat vector of parameters."""
        # A group is a run of neighbours: a layer's variables follow each other.
        layers = [
            v.path.rpartition("/")[0] if self.groups == "layer" else ""
            for v in variables
        ]
        self.group_names = [name for name, _ in itertools.groupby(layers)]
        spans = []
        stop = 0
        for i, size in enumerate(self._sizes):
            start, stop = stop, stop + size
            if i and layers[i] == layers[i - 1]:
                start = spans.pop()[0]
            spans.append((start, stop))
        return spans

    def combine(self, gradients):
        variables = self._trainable_variables
        if self.num_tasks == 1:
            return [
                g if g is None or len(g.shape) == len(v.shape) else g[0]
                for g, v in zip(gradients, variables, strict=True)
            ]
        chosen, means, by_task = [], [], []
        for i, (g, v) in enumerate(zip(gradients, variables, strict=True)):
            if not self._takes_mean[i]:
                chosen.append(i)
            elif g is not None:
                (means if len(g.shape) == len(v.shape) else by_task).append(i)
        combined = [None] * len(gradients)
        # The rule works on one (K, parameters) matrix: a dozen large
        # operations a step rather than a dozen for each variable.
        for places, rows, rule in (
            (chosen, self.num_tasks, self._combine_flat),
            (by_task, self.num_tasks, _finite_mean),
            (means, 1, _finite_mean),
        ):
            if not places:
                continue
            shapes = [tuple(variables[i].shape) for i in places]
            grads = [gradients[i] for i in places]
            dtypes = ["float32" if g is None else g.dtype for g in grads]
            vector = rule(flatten(grads, shapes, rows))
            for i, part in zip(
                places, unflatten(vector, shapes, dtypes), strict=True
            ):
                combined[i] = None if gradients[i] is None else part
        return combined

    def _combine_flat(self, g):
        g, finite = _finite_rows(g)
        known = ops.cast(finite, "float32")
        # Matrix products: few passes, and no tensor is larger.
        touching = ops.matmul(known, ops.abs(ops.sign(g)))
        shared = ops.cast(touching > 1.5, "float32")
        private = ops.matmul(known / self.num_tasks, g) * (1.0 - shared)
        g = g * shared
        blocks = [g[:, i:j] for i, j in self._spans]
        gramian = ops.stack([ops.matmul(x, ops.transpose(x)) for x in blocks])
        # A large finite gradient may overflow.
        square = ops.diagonal(gramian, axis1=1, axis2=2)
        countable = ops.logical_and(ops.isfinite(square), finite)
        gramian = ops.where(
            ops.logical_and(countable[:, :, None], countable[:, None, :]),
            gramian,
            0.0,
        )
        usable = ops.all(countable, axis=0)
        self.assign(
            self.skipped,
            self.skipped.value + ops.cast(ops.logical_not(usable), "int32"),
        )
        self.assign(self.last_gramian, gramian)
        parts = self.combine_shared(
            blocks, gramian, ops.cast(countable, "float32")
        )
        joined = parts[0] if len(parts) == 1 else ops.concatenate(parts)
        return joined + private

    def combine_shared(self, blocks, gramian, countable):
        """From the groups' gradients to the combined gradient of each.

        Args:
            blocks: List with the gradients of each group, tensors of shape
                `(num_tasks, parameters of the group)`.
            gramian: `(groups, num_tasks, num_tasks)`, their inner products.
            countable: `(groups, num_tasks)`, 0 for gradients that are too
                large to be squared: these must get the weight 0.

        Returns:
            List of tensors of shape `(parameters of the group,)`.
        """
        weights = self.weights(gramian) * countable
        self.assign(self.last_weights, weights)
        return [ops.matmul(weights[i], x) for i, x in enumerate(blocks)]

    def get_config(self):
        return {
            **super().get_config(),
            "groups": self.groups,
            "averaged": self.averaged,
        }


def _finite_mean(gradients):
    """The mean of the rows, of which those not finite count as zero."""
    gradients, finite = _finite_rows(gradients)
    weights = ops.cast(finite, "float32") / finite.shape[0]
    return ops.matmul(weights, gradients)


def _finite_rows(gradients):
    """The rows with zeros for what is not finite, and whether a row was."""
    finite = ops.isfinite(ops.sum(gradients, axis=1))
    return ops.nan_to_num(gradients, posinf=0.0, neginf=0.0), finite
