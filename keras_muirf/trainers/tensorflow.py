import tensorflow as tf

from keras_muirf import task_axis
from keras_muirf.trainers.task_batch import TaskBatchMixin
from keras_muirf.trainers.task_batch import batch_size
from keras_muirf.trainers.task_batch import join_tasks
from keras_muirf.trainers.task_batch import split_tasks
from keras_muirf.trainers.task_batch import unpack

OUT_OF_ORDER = "task groups out of order"


class TaskGradientTrainer(TaskBatchMixin):
    def compile(self, *args, jit_compile="auto", **kwargs):
        # Keras would take XLA, which on a CPU runs a single depthwise
        # convolution tens of times slower than TensorFlow's own kernel. For
        # the whole network: benchmarks/gradient_rules.py --xla both.
        if jit_compile == "auto" and not tf.config.list_physical_devices("GPU"):
            jit_compile = False
        super().compile(*args, jit_compile=jit_compile, **kwargs)

    __doc__ = TaskBatchMixin.__doc__

    def train_step(self, data):
        rule = self.task_gradient_optimizer
        if rule is None:
            return super().train_step(data)
        if not self._needs_task_order():
            return self._task_train_step(data, rule, 1.0)
        x, _, _ = unpack(data)
        checks, valid = self._check_labels(self._labels_of(x))
        # Nothing may change before the checks have passed.
        with tf.control_dependencies(checks):
            return self._task_train_step(data, rule, valid)

    def _task_train_step(self, data, rule, valid):
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        rule.num_replicas = replicas
        make_gradients = {
            "slices": self._by_slices,
            "one_pass": self._by_one_pass,
            "losses": self._by_losses,
        }[self.task_gradients]
        loss, output, gradients = make_gradients(data, rule.num_tasks, valid)
        self.optimizer.apply(
            _sum_over_replicas(gradients, replicas), self.trainable_weights
        )
        x, y, sample_weight = unpack(data)
        self._loss_tracker.update_state(
            loss * replicas,  # Keras divides it for the sum
            sample_weight=batch_size(x),
        )
        self._log_task_losses(x, y, output, sample_weight)
        return self.compute_metrics(x, y, output, sample_weight)

    def _by_slices(self, data, num_tasks, valid):
        losses, outputs, gradients = [], [], []
        for x, y, sample_weight in split_tasks(data, num_tasks):
            with tf.GradientTape() as tape:
                output = self(x, training=True)
                loss = self._compute_loss(
                    x, y, output, sample_weight, training=True
                )
                loss = loss * tf.cast(valid, loss.dtype)
                scaled = self.optimizer.scale_loss(loss)
            losses.append(loss)
            outputs.append(output)
            gradients.append(tape.gradient(scaled, self.trainable_weights))
        loss = tf.add_n(losses) / num_tasks
        return loss, join_tasks(outputs), _stack(gradients)

    def _by_one_pass(self, data, num_tasks, valid):
        x, y, sample_weight = unpack(data)
        shared = self._shared_variables()
        with tf.GradientTape() as tape:
            copies = [
                tf.tile(v.value[None], (num_tasks, *(1,) * len(v.shape)))
                for v in shared
            ]
            tape.watch(copies)
            with task_axis.copies(shared, copies):
                output = self(x, training=True)
            loss = self._compute_loss(
                x, y, output, sample_weight, training=True
            )
            loss = loss * tf.cast(valid, loss.dtype)
            # Times the tasks, for the gradient of a task's own mean.
            scaled = self.optimizer.scale_loss(loss) * num_tasks
        copy_of = {id(v): copy for v, copy in zip(shared, copies, strict=True)}
        gradients = tape.gradient(
            scaled, [copy_of.get(id(w), w) for w in self.trainable_weights]
        )
        return (
            loss,
            output,
            [
                g if g is None or id(w) in copy_of else g / num_tasks
                for w, g in zip(self.trainable_weights, gradients, strict=True)
            ],
        )

    def _by_losses(self, data, num_tasks, valid):
        x, y, sample_weight = unpack(data)
        with tf.GradientTape(persistent=True) as tape:
            output = self(x, training=True)
            losses = self._checked_task_losses(
                x, y, output, sample_weight, self.losses
            )
            scaled = [self.optimizer.scale_loss(loss) for loss in losses]
        gradients = [
            tape.gradient(loss, self.trainable_weights) for loss in scaled
        ]
        return tf.add_n(losses) / num_tasks, output, _stack(gradients)

    def make_train_function(self, force=False):
        if self.train_function is not None and not force:
            return self.train_function
        if self.built and not self.optimizer.built:
            # Variables made inside a trace cost a second one.
            with self.distribute_strategy.scope():
                self.optimizer.build(self.trainable_variables)
        super().make_train_function(force)
        step = self.train_function

        def train_function(iterator):
            try:
                return step(iterator)
            except tf.errors.InvalidArgumentError as error:
                if OUT_OF_ORDER in str(error):
                    raise ValueError(self._order_message()) from error
                raise

        self.train_function = train_function
        return self.train_function

    def _check_labels(self, labels):
        """Checks the labels in the graph.

        Returns:
            A list of assertions, and a factor for the loss: 1, or NaN where
            the labels are wrong and there are no assertions.
        """
        tasks = self.task_gradient_optimizer.num_tasks
        labels = tf.cast(labels, "int32")
        checks = []
        if not self.jit_compile:
            whole = tf.equal(tf.shape(labels)[0] % tasks, 0)
            checks.append(tf.debugging.Assert(whole, [OUT_OF_ORDER]))
        with tf.control_dependencies(_in_graph(checks)):
            groups = tf.reshape(labels, (tasks, -1))
        first = groups[:, 0]
        ordered = tf.reduce_all(groups == first[:, None])
        ordered &= tf.reduce_all(first[1:] > first[:-1]) & (first[0] >= 0)
        if self.jit_compile:
            # XLA drops assertions. A loss that is not a number is noticed,
            # and MVGH leaves such tasks out.
            return [], tf.where(ordered, 1.0, float("nan"))
        checks.append(tf.debugging.Assert(ordered, [OUT_OF_ORDER]))
        return _in_graph(checks), 1.0


def _in_graph(checks):
    """Without those that already passed: eager assertions return None."""
    return [check for check in checks if check is not None]


def _stack(gradients):
    """Stacks the gradients of all tasks, zeros for a task without."""
    return [_stack_one(g) for g in zip(*gradients, strict=True)]


def _stack_one(gradients):
    known = [g for g in gradients if g is not None]
    if not known:
        return None
    zeros = tf.zeros_like(known[0])
    return tf.stack(
        [zeros if g is None else tf.convert_to_tensor(g) for g in gradients]
    )


def _sum_over_replicas(gradients, replicas):
    # A rule is not linear, so the sum comes before it.
    if replicas == 1:
        return gradients
    context = tf.distribute.get_replica_context()
    summed = iter(
        context.all_reduce(
            tf.distribute.ReduceOp.SUM, [g for g in gradients if g is not None]
        )
    )
    return [None if g is None else next(summed) for g in gradients]
