import keras


@keras.saving.register_keras_serializable(package="keras_muirf")
class TaskGradientOptimizer(keras.optimizers.Optimizer):
    """Combines one gradient per task into one gradient for an optimizer.

    The wrapper receives gradients with a leading task axis, one tensor of
    shape `(num_tasks, *variable.shape)` per variable, combines them by a rule
    (`combine()`), and hands the result to the wrapped optimizer. Everything
    else, from learning rate schedules over clipping, weight decay and moving
    averages to gradient accumulation, is the wrapped optimizer's.

    This is the base of all rules. Most of them need the gradients' inner
    products alone: `keras_muirf.optimizers.GramianRule`. Any other overrides
    `combine()`, and `build()` if it has a memory.

    A model produces gradients of this form if it has
    `keras_muirf.trainers.TaskGradientTrainer` among its bases.

    Args:
        inner: The optimizer to wrap: a `keras.optimizers.Optimizer`, its name
            or its config. It is the attribute `inner_optimizer` later.
        num_tasks: Int, the number of tasks. If `None`, it is taken from the
            model's `num_tasks` when the model is compiled, or else from the
            first gradients. Defaults to `None`.
        name: String, the optimizer's name.

    Example:

    ```python
    model.compile(
        keras_muirf.optimizers.UPGrad(keras.optimizers.AdamW(1e-3)),
        loss="mae",
    )
    ```
    """

    def __init__(
        self, inner, num_tasks: int | None = None, name: str | None = None
    ):
        super().__init__(learning_rate=0.0, name=name)
        self.inner_optimizer = keras.optimizers.get(inner)
        self.num_tasks = num_tasks
        # Distributed trainers that leave the inner optimizer to sum over
        # replicas set this, for its sum to be the combined gradient again.
        self.num_replicas = 1

    @property
    def num_tasks(self):
        """How many tasks there are, or `None` before that is known."""
        return self._num_tasks

    @num_tasks.setter
    def num_tasks(self, value):
        if value is not None and (value != int(value) or value < 1):
            raise ValueError(
                "`num_tasks` must be a positive integer or None. "
                f"Received: num_tasks={value}"
            )
        if self.built and value != self._num_tasks:
            raise ValueError(
                f"{self.__class__.__name__} was built for {self._num_tasks} "
                f"tasks; make a new one. Received: num_tasks={value}"
            )
        self._num_tasks = None if value is None else int(value)

    def averages(self, variable):
        """Whether a variable takes the mean of the tasks' gradients.

        The gradients of such variables may come without the task axis, as
        means already.

        Args:
            variable: `keras.Variable`.
        """
        return False

    def combine(self, gradients):
        """The rule: from the gradients of all tasks to one gradient.

        Args:
            gradients: List with one entry for each variable the optimizer was
                built with: a tensor of shape `(num_tasks, *variable.shape)`,
                or `None` for a variable that no loss depends on. Of variables
                that the rule averages, it may be the mean, of the shape of
                the variable.

        Returns:
            List of tensors of shape `variable.shape`, `None` where the
            gradient is `None`.
        """
        raise NotImplementedError(
            f"{self.__class__.__name__} has no rule; take "
            "`keras_muirf.optimizers.MeanGradient` for the mean, or override "
            "`combine`."
        )

    def build(self, variables):
        if self.num_tasks is None:
            raise ValueError(
                f"{self.__class__.__name__} must know the number of tasks "
                "before it is built: pass `num_tasks`, or compile a model "
                "that has the attribute `num_tasks`."
            )
        self.inner_optimizer.build(variables)
        super().build(variables)
        # Where `keras.callbacks.SwapEMAWeights` looks under loss scaling.
        self.use_ema = self.inner_optimizer.use_ema

    @property
    def _model_variables_moving_average(self):
        return self.inner_optimizer._model_variables_moving_average

    def apply(self, grads, trainable_variables=None):
        grads = list(grads)
        if not grads:
            return
        if trainable_variables is None:
            trainable_variables = self._trainable_variables
        trainable_variables = list(trainable_variables)
        if self.num_tasks is None:
            self.num_tasks = next(g.shape[0] for g in grads if g is not None)
        if not self.built:
            self.build(trainable_variables)
        self._check_variables_are_known(trainable_variables)
        self._check_task_axis(grads, trainable_variables)

        aligned = [None] * len(self._trainable_variables)
        places = [self._get_variable_index(v) for v in trainable_variables]
        for place, gradient in zip(places, grads, strict=True):
            aligned[place] = gradient
        combined = self.combine(aligned)
        if self.num_replicas > 1:
            combined = [
                None if g is None else g / self.num_replicas for g in combined
            ]
        self.inner_optimizer.apply(
            [combined[place] for place in places], trainable_variables
        )

    def _check_task_axis(self, grads, variables):
        for gradient, variable in zip(grads, variables, strict=True):
            if gradient is None:
                continue
            expected = (self.num_tasks, *variable.shape)
            shape = tuple(gradient.shape)
            if shape == tuple(variable.shape) and self.averages(variable):
                continue
            if shape != expected:
                raise ValueError(
                    f"{self.__class__.__name__} needs one gradient per task, "
                    f"stacked to shape {expected} for the variable "
                    f"'{variable.path}'. Received: a gradient of shape "
                    f"{tuple(gradient.shape)}. Only models with "
                    "`keras_muirf.trainers.TaskGradientTrainer` as their "
                    "first base produce such gradients."
                )

    @property
    def variables(self):
        return self._variables + self.inner_optimizer.variables

    @property
    def learning_rate(self):
        return self.inner_optimizer.learning_rate

    @learning_rate.setter
    def learning_rate(self, learning_rate):
        self.inner_optimizer.learning_rate = learning_rate

    @property
    def iterations(self):
        return self.inner_optimizer.iterations

    @property
    def loss_scale_factor(self):
        """That of the wrapped optimizer."""
        return self.inner_optimizer.loss_scale_factor

    @loss_scale_factor.setter
    def loss_scale_factor(self, value):
        # The base constructor comes here before there is an inner optimizer.
        if hasattr(self, "inner_optimizer"):
            self.inner_optimizer.loss_scale_factor = value

    def scale_loss(self, loss):
        return self.inner_optimizer.scale_loss(loss)

    def finalize_variable_values(self, var_list):
        self.inner_optimizer.finalize_variable_values(var_list)

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        self.inner_optimizer.exclude_from_weight_decay(var_list, var_names)

    def get_config(self):
        # Of the base configuration only the name has a meaning here.
        return {
            "name": self.name,
            "inner": keras.saving.serialize_keras_object(self.inner_optimizer),
            "num_tasks": self.num_tasks,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        config["inner"] = keras.saving.deserialize_keras_object(
            config["inner"], custom_objects=custom_objects
        )
        return cls(**config)
