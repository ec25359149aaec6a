import itertools

import jax
import keras

from keras_muirf.trainers.task_batch import TaskBatchMixin
from keras_muirf.trainers.task_batch import batch_size
from keras_muirf.trainers.task_batch import join_tasks
from keras_muirf.trainers.task_batch import split_tasks


class TaskGradientTrainer(TaskBatchMixin):
    __doc__ = TaskBatchMixin.__doc__

    def train_step(self, state, data):
        rule = self.task_gradient_optimizer
        if rule is None:
            return super().train_step(state, data)
        trainable, non_trainable, optimizer_state, metrics = state
        (x, y, sample_weight), tasks = split_tasks(data, rule.num_tasks)
        value_and_grad = jax.value_and_grad(
            self.compute_loss_and_updates, has_aux=True
        )
        losses, outputs, gradients = [], [], []
        for part_x, part_y, part_weight in tasks:
            (_, aux), gradient = value_and_grad(
                trainable,
                non_trainable,
                metrics,
                part_x,
                part_y,
                part_weight,
                training=True,
                optimizer_variables=optimizer_state,
            )
            loss, output, non_trainable, metrics = aux
            losses.append(loss)
            outputs.append(output)
            gradients.append(gradient)
        trainable, optimizer_state = self.optimizer.stateless_apply(
            optimizer_state,
            [jax.numpy.stack(g) for g in zip(*gradients, strict=True)],
            trainable,
        )
        with keras.StatelessScope(
            state_mapping=zip(self.metrics_variables, metrics, strict=True)
        ) as scope:
            self._loss_tracker.update_state(
                sum(losses) / rule.num_tasks, sample_weight=batch_size(x)
            )
            logs = self.compute_metrics(
                x, y, join_tasks(outputs), sample_weight
            )
        metrics = [scope.get_current_value(v) for v in self.metrics_variables]
        return logs, (trainable, non_trainable, optimizer_state, metrics)

    def make_train_function(self, force=False):
        if self.train_function is not None and not force:
            return self.train_function
        super().make_train_function(force)
        step = self.train_function
        if self.task_gradient_optimizer is None:
            return step

        def train_function(state, iterator):
            batches = list(itertools.islice(iterator, self.steps_per_execution))
            try:
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
