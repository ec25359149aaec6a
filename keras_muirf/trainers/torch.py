import torch

from keras_muirf import task_axis
from keras_muirf.trainers.task_batch import TaskBatchMixin
from keras_muirf.trainers.task_batch import batch_size
from keras_muirf.trainers.task_batch import join_tasks
from keras_muirf.trainers.task_batch import split_tasks
from keras_muirf.trainers.task_batch import unpack


class TaskGradientTrainer(TaskBatchMixin):
    __doc__ = TaskBatchMixin.__doc__

    def train_step(self, data):
        rule = self.task_gradient_optimizer
        if rule is None:
            return super().train_step(data)
        make_gradients = {
            "slices": self._by_slices,
            "one_pass": self._by_one_pass,
            "losses": self._by_losses,
        }[self.task_gradients]
        loss, output, gradients = make_gradients(data, rule.num_tasks)
        x, y, sample_weight = unpack(data)
        with torch.no_grad():
            self.optimizer.apply(
                _mean_over_replicas(gradients), self.trainable_weights
            )
            self._loss_tracker.update_state(
                loss.detach(), sample_weight=batch_size(x)
            )
            self._log_task_losses(x, y, output, sample_weight)
            return self.compute_metrics(x, y, output, sample_weight)

    def _by_slices(self, data, num_tasks):
        values = [w.value for w in self.trainable_weights]
        losses, outputs, gradients = [], [], []
        for x, y, sample_weight in split_tasks(data, num_tasks):
            output = self(x, training=True)
            loss = self._compute_loss(
                x, y, output, sample_weight, training=True
            )
            scaled = self.optimizer.scale_loss(loss)
            gradients.append(
                torch.autograd.grad(scaled, values, allow_unused=True)
            )
            losses.append(loss.detach())
            outputs.append(output)
        return sum(losses) / num_tasks, join_tasks(outputs), _stack(gradients)

    def _by_one_pass(self, data, num_tasks):
        x, y, sample_weight = unpack(data)
        shared = self._shared_variables()
        copies = [
            v.value.detach().expand(num_tasks, *v.shape).requires_grad_()
            for v in shared
        ]
        with task_axis.copies(shared, copies):
            output = self(x, training=True)
        loss = self._compute_loss(x, y, output, sample_weight, training=True)
        # Times the tasks, for the gradient of a task's own mean.
        scaled = self.optimizer.scale_loss(loss) * num_tasks
        copy_of = {id(v): copy for v, copy in zip(shared, copies, strict=True)}
        leaves = [copy_of.get(id(w), w.value) for w in self.trainable_weights]
        gradients = torch.autograd.grad(scaled, leaves, allow_unused=True)
        return (
            loss,
            output,
            [
                g if g is None or id(w) in copy_of else g / num_tasks
                for w, g in zip(self.trainable_weights, gradients, strict=True)
            ],
        )

    def _by_losses(self, data, num_tasks):
        x, y, sample_weight = unpack(data)
        values = [w.value for w in self.trainable_weights]
        output = self(x, training=True)
        losses = self._checked_task_losses(
            x, y, output, sample_weight, self.losses
        )
        gradients = [
            torch.autograd.grad(
                self.optimizer.scale_loss(loss),
                values,
                retain_graph=True,
                allow_unused=True,
            )
            for loss in losses
        ]
        return sum(losses) / num_tasks, output, _stack(gradients)

    def make_train_function(self, force=False):
        if self.train_function is not None and not force:
            return self.train_function
        super().make_train_function(force)
        step = self.train_function
        if not self._needs_task_order():
            return step

        def train_function(data):
            self.check_task_batch(data[0])
            return step(data)

        self.train_function = train_function
        return self.train_function


def _stack(gradients):
    """Stacks the gradients of all tasks, zeros for a task without."""
    return [_stack_one(g) for g in zip(*gradients, strict=True)]


def _stack_one(gradients):
    known = [g for g in gradients if g is not None]
    if not known:
        return None
    zeros = torch.zeros_like(known[0])
    return torch.stack([zeros if g is None else g for g in gradients])


def _mean_over_replicas(gradients):
    # A rule is not linear, so the mean comes before it; and the hooks of
    # DistributedDataParallel never see `torch.autograd.grad`.
    distributed = torch.distributed
    if distributed.is_available() and distributed.is_initialized():
        for gradient in gradients:
            if gradient is not None:
                distributed.all_reduce(gradient)
                gradient /= distributed.get_world_size()
    return gradients
