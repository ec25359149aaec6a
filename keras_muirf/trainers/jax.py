import itertools

import jax
import keras

from keras_muirf import task_axis
from keras_muirf.trainers.task_batch import TaskBatchMixin
from keras_muirf.trainers.task_batch import batch_size
from keras_muirf.trainers.task_batch import join_tasks
from keras_muirf.trainers.task_batch import split_tasks
from keras_muirf.trainers.task_batch import unpack


class TaskGradientTrainer(TaskBatchMixin):
    __doc__ = TaskBatchMixin.__doc__

    def train_step(self, state, data):
        rule = self.task_gradient_optimizer
        if rule is None:
            return super().train_step(state, data)
        make_gradients = {
            "slices": self._by_slices,
            "one_pass": self._by_one_pass,
            "losses": self._by_losses,
        }[self.task_gradients]
        trainable, non_trainable, optimizer_state, metrics = state
        loss, output, gradients, non_trainable, metrics = make_gradients(
            state, data, rule.num_tasks
        )
        trainable, optimizer_state = self.optimizer.stateless_apply(
            optimizer_state, gradients, trainable
        )
        x, y, sample_weight = unpack(data)
        with keras.StatelessScope(
            state_mapping=zip(self.metrics_variables, metrics, strict=True)
        ) as scope:
            self._loss_tracker.update_state(loss, sample_weight=batch_size(x))
            self._log_task_losses(x, y, output, sample_weight)
            logs = self.compute_metrics(x, y, output, sample_weight)
        metrics = [scope.get_current_value(v) for v in self.metrics_variables]
        return logs, (trainable, non_trainable, optimizer_state, metrics)

    def _by_slices(self, state, data, num_tasks):
        trainable, non_trainable, optimizer_state, metrics = state
        value_and_grad = jax.value_and_grad(
            self.compute_loss_and_updates, has_aux=True
        )
        losses, outputs, gradients = [], [], []
        for x, y, sample_weight in split_tasks(data, num_tasks):
            (_, aux), gradient = value_and_grad(
                trainable,
                non_trainable,
                metrics,
                x,
                y,
                sample_weight,
                training=True,
                optimizer_variables=optimizer_state,
            )
            loss, output, non_trainable, metrics = aux
            losses.append(loss)
            outputs.append(output)
            gradients.append(gradient)
        return (
            sum(losses) / num_tasks,
            join_tasks(outputs),
            _stack(gradients),
            non_trainable,
            metrics,
        )

    def _by_one_pass(self, state, data, num_tasks):
        trainable, non_trainable, optimizer_state, metrics = state
        x, y, sample_weight = unpack(data)
        shared = self._shared_variables()
        known = {id(v) for v in shared}
        is_shared = [id(v) in known for v in self.trainable_variables]

        def loss_and_updates(leaves):
            copies = [
                leaf
                for leaf, copied in zip(leaves, is_shared, strict=True)
                if copied
            ]
            values = [
                value if copied else leaf
                for value, leaf, copied in zip(
                    trainable, leaves, is_shared, strict=True
                )
            ]
            with task_axis.copies(shared, copies):
                scaled, aux = self.compute_loss_and_updates(
                    values,
                    non_trainable,
                    metrics,
                    x,
                    y,
                    sample_weight,
                    training=True,
                    optimizer_variables=optimizer_state,
                )
            # Times the tasks, for the gradient of a task's own mean.
            return scaled * num_tasks, aux

        leaves = [
            jax.numpy.broadcast_to(value, (num_tasks, *value.shape))
            if copied
            else value
            for value, copied in zip(trainable, is_shared, strict=True)
        ]
        (_, aux), gradients = jax.value_and_grad(
            loss_and_updates, has_aux=True
        )(leaves)
        loss, output, non_trainable, metrics = aux
        gradients = [
            g if copied else g / num_tasks
            for g, copied in zip(gradients, is_shared, strict=True)
        ]
        return loss, output, gradients, non_trainable, metrics

    def _by_losses(self, state, data, num_tasks):
        trainable, non_trainable, optimizer_state, metrics = state
        x, y, sample_weight = unpack(data)

        def losses_and_updates(values):
            output, new_non_trainable, extra = self.stateless_call(
                values, non_trainable, x, training=True, return_losses=True
            )
            variables = (
                *zip(self.trainable_variables, values, strict=True),
                *zip(
                    self.non_trainable_variables, new_non_trainable, strict=True
                ),
                *zip(self.optimizer.variables, optimizer_state, strict=True),
            )
            with keras.StatelessScope(state_mapping=variables):
                losses = self._checked_task_losses(
                    x, y, output, sample_weight, extra
                )
                scaled = [self.optimizer.scale_loss(loss) for loss in losses]
            loss = sum(losses) / num_tasks
            return scaled, (loss, output, new_non_trainable)

        losses, pull_back, aux = jax.vjp(
            losses_and_updates, trainable, has_aux=True
        )
        one = jax.numpy.ones((), losses[0].dtype)
        gradients = [
            pull_back([one * (k == j) for j in range(num_tasks)])[0]
            for k in range(num_tasks)
        ]
        loss, output, non_trainable = aux
        return loss, output, _stack(gradients), non_trainable, metrics

    def make_train_function(self, force=False):
        if self.train_function is not None and not force:
            return self.train_function
        super().make_train_function(force)
        step = self.train_function
        if not self._needs_task_order():
            return step

        def train_function(state, iterator):
            try:
                batches = _take(iterator, self.steps_per_execution)
                # On the host: compiled code cannot raise.
                for batch in batches:
                    self.check_task_batch(batch)
            except ValueError:
                self._give_back(state)
                raise
            return step(state, iter(batches))

        self.train_function = train_function
        return self.train_function

    def _give_back(self, state):
        # `fit()` takes the values out of the variables while it trains.
        names = ("trainable", "non_trainable", "optimizer", "metrics")
        self._jax_state = {
            f"{name}_variables": values
            for name, values in zip(names, state, strict=True)
        }
        self._jax_state_synced = False
        self.jax_state_sync()


def _take(iterator, count):
    """The next batches, spread over the devices."""
    try:
        return list(itertools.islice(iterator, count))
    except ValueError as error:
        if "evenly divide" not in str(error):
            raise
        devices = keras.distribution.distribution().device_mesh.shape[0]
        raise ValueError(
            f"A batch cannot be divided among {devices} devices: {error}. "
            "Leave the rest of the data out, or take another batch size."
        ) from error


def _stack(gradients):
    """Stacks the gradients of all tasks."""
    return [jax.numpy.stack(g) for g in zip(*gradients, strict=True)]
