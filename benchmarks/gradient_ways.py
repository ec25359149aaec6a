"""Ways to one gradient per weather, and what trains with them."""

import importlib.util

import keras
import networks
from keras import ops

from keras_muirf import optimizers
from keras_muirf.losses import RestorationLoss
from keras_muirf.models import MUIRFImageRestorer
from keras_muirf.optimizers import MVGH as MVGH
from keras_muirf.optimizers import UPGrad as UPGrad

BACKEND = keras.config.backend()


def rules():
    """The rules, from the mean to MVGH."""
    names = ["MeanGradient", "NormHomogenization", "PCGrad", "CAGrad"]
    names += ["IMTLG", "AlignedMTL", "UPGrad", "MVGH"]
    return [getattr(optimizers, name) for name in names]


def one_pass(restorer):
    """One backward pass with a task axis on the shared variables."""
    restorer.task_gradients = "one_pass"
    return restorer


def slices(restorer):
    """A forward and a backward pass for each weather's part of the batch."""
    restorer.task_gradients = "slices"
    return restorer


class OneLossPerWeather(MUIRFImageRestorer):
    task_gradients = "losses"

    def task_losses(self, x, y, y_pred, sample_weight=None):
        return [
            self.loss(part, output)
            for part, output in zip(
                ops.split(ops.convert_to_tensor(y), self.num_tasks),
                ops.split(y_pred, self.num_tasks),
                strict=True,
            )
        ]


def losses(restorer):
    """One forward pass of the whole batch, a backward pass per weather."""
    return OneLossPerWeather(restorer.backbone, compile=False)


def vmap(restorer):
    """`jax.vmap` of the gradient over the weathers' parts of the batch."""
    restorer = Vmap(restorer.backbone, compile=False)
    restorer.task_gradients = "slices"
    return restorer


class Vmap(MUIRFImageRestorer):
    def _by_slices(self, state, data, num_tasks):
        import jax

        trainable, non_trainable, optimizer_state, metrics = state
        x, y, _ = keras.utils.unpack_x_y_sample_weight(data)

        def gradient(x, y):
            return jax.value_and_grad(
                self.compute_loss_and_updates, has_aux=True
            )(
                trainable,
                non_trainable,
                metrics,
                x,
                y,
                None,
                training=True,
                optimizer_variables=optimizer_state,
            )

        (_, aux), gradients = jax.vmap(gradient)(
            *keras.tree.map_structure(
                lambda t: ops.reshape(t, (num_tasks, -1, *t.shape[1:])), (x, y)
            )
        )
        loss, output, states, _ = aux
        # Means of the moving statistics; counters are equal for all.
        states = [
            ops.mean(s, axis=0) if "float" in str(s.dtype) else s[0]
            for s in states
        ]
        output = ops.reshape(output, (-1, *output.shape[2:]))
        return ops.mean(loss), output, gradients, states, metrics


def ways():
    """The ways that the backend has, by name."""
    named = {"one pass": one_pass, "slices": slices, "K losses": losses}
    return {**named, "vmap": vmap} if BACKEND == "jax" else named


def training_step(restorer, optimizer, batch, jit="auto"):
    """A function that trains one step and returns when it is done."""
    restorer.compile(
        optimizer, loss=RestorationLoss(), metrics=None, jit_compile=jit
    )
    return networks.training_call(restorer, batch)


def candidate(name, restorer, optimizer, batch):
    """The step of a rule, a way or an aggregator that is named.

    Args:
        name: string: `"AdamW"`, a rule, `"way <name>"` with MVGH, or
            `"TorchJD <name>"`.
        restorer: the restorer to train.
        optimizer: the optimizer that takes the combined gradient.
        batch: the batch to train on.
    """
    kind, _, rest = name.partition(" ")
    if kind == "TorchJD":
        aggregator = torchjd_aggregators()[rest]
        return torchjd_step(restorer, optimizer, aggregator, batch)
    if kind == "way":
        return training_step(ways()[rest](restorer), MVGH(optimizer), batch)
    if name != "AdamW":
        optimizer = getattr(optimizers, name)(optimizer)
    return training_step(one_pass(restorer), optimizer, batch)


def has_torchjd():
    return importlib.util.find_spec("torchjd") is not None


def torchjd_aggregators():
    from torchjd import aggregation

    return {
        "UPGrad": aggregation.UPGrad(),
        "AlignedMTL": aggregation.AlignedMTL(),
    }


def torchjd_step(restorer, optimizer, aggregator, batch):
    """A step as TorchJD's users write it: a loss per weather, its Jacobian."""
    import torch
    from torchjd.autojac import backward
    from torchjd.autojac import jac_to_grad

    x, y = keras.tree.map_structure(torch.as_tensor, batch)
    loss = RestorationLoss()
    weathers = restorer.num_tasks
    variables = restorer.trainable_variables
    parameters = [v.value for v in variables]
    optimizer.build(variables)

    def step():
        output = restorer(x, training=True)
        losses = [
            loss(part, out) + sum(restorer.losses)
            for part, out in zip(
                y.chunk(weathers), output.chunk(weathers), strict=True
            )
        ]
        backward(losses, inputs=parameters)
        jac_to_grad(parameters, aggregator)
        with torch.no_grad():
            optimizer.apply([p.grad for p in parameters], variables)
        for parameter in parameters:
            parameter.grad = None

    return step
