import torch

from keras_muirf.trainers.task_batch import TaskBatchMixin
from keras_muirf.trainers.task_batch import batch_size
from keras_muirf.trainers.task_batch import join_tasks
from keras_muirf.trainers.task_batch import split_tasks


class TaskGradientTrainer(TaskBatchMixin):
    __doc__ = TaskBatchMixin.__doc__

    def train_step(self, data):
        rule = self.task_gradient_optimizer
        if rule is None:
            return super().train_step(data)
        (x, y, sample_weight), tasks = split_tasks(data, rule.num_tasks)
        weights = self.trainable_weights
        values = [w.value for w in weights]
        losses, outputs, gradients = [], [], []
        for part_x, part_y, part_weight in tasks:
            output = self(part_x, training=True)
            loss = self._compute_loss(
                part_x, part_y, output, part_weight, training=True
            )
            scaled = self.optimizer.scale_loss(loss)
            gradients.append(
                torch.autograd.grad(scaled, values, allow_unused=True)
            )
            losses.append(loss.detach())
            outputs.append(output)
        with torch.no_grad():
            stacked = [_stack(g) for g in zip(*gradients, strict=True)]
            self.optimizer.apply(_mean_over_replicas(stacked), weights)
            self._loss_tracker.update_state(
                sum(losses) / rule.num_tasks, sample_weight=batch_size(x)
            )
            return self.compute_metrics(
                x, y, join_tasks(outputs), sample_weight
            )

    def make_train_function(self, force=False):
        if self.train_function is not None and not force:
            return self.train_function
        super().make_train_function(force)
        step = self.train_function
        if self.task_gradient_optimizer is None:
            return step

        def train_function(data):
            self.check_task_batch(data[0])
            return step(data)

        self.train_function = train_function
        return self.train_function


def _stack(gradients):
    """Stacks the tasks' gradients of one variable, zeros for those without."""
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
