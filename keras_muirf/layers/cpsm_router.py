"""The mixture of experts that looks at an image and routes its channels."""

import keras
from keras import ops

HARD = -1
SOFT = -2
SEED_STATE = "seed_generator_state"
# Between these probabilities of no weather the gate closes.
GATE_CLOSES = (0.45, 0.55)


@keras.saving.register_keras_serializable(package="keras_muirf")
class CPSMRouter(keras.layers.Layer):
    """Routes an image from its shallow features.

    From the moments of the shallow features, `z = [mean, std]` over space, the
    router computes

    - `p = softmax((A z + noise) / T)`, the weights of the experts that score
      the channels of every CPSM convolution,
    - `pi = softmax(C h(z))`, the posterior over the weathers; with
      `clear_class` the probability that there is none, too, and
    - `alpha`, the weights with which the weathers' own kernels are mixed: the
      given weather, the most probable one (`hard`) or `pi` itself (`soft`).

    With `clear_class` there is also `gate`, how much of the restoration is to
    be applied: all of it where the weather is given. Otherwise it is `1 - c`,
    the probability that there is weather, and closes where there is more
    likely none: as `c` goes from 0.45 to 0.55 it falls to 0.

    The label never enters `p`: channel masks depend on the image alone.

    In training, noise is added to the experts' logits; the label chooses the
    weather, and with a probability that grows over training the posterior
    replaces it, so that training and inference agree. Two losses are added:
    the cross-entropy of the classes (images with a label only) and a load
    balance on `p`, which uses a running mean of the load so that it is
    meaningful for batches of a single weather. Inference is deterministic. All
    arithmetic is in float32.

    Args:
        num_weathers: int. Number of weathers, `K`.
        num_experts: int. Number of experts, `E`.
        context_dim: int. Size of `h(z)`, also an output: it carries the
            statistics of the whole image to the channel attention.
        temperature: float. `T`, above 0.
        noise: float. Standard deviation of the logits' noise in training.
        top_k: int or `None`. If given, only the `top_k` largest experts keep
            weight.
        posterior_rate: float in [0, 1]. Final probability with which the
            posterior replaces the label in training.
        posterior_ramp: int. Number of training calls over which that
            probability grows linearly from zero.
        weather_loss_weight: float. Weight of the cross-entropy of `pi`.
        balance_loss_weight: float. Weight of the load balance.
        clear_class: bool. Whether to tell images without weather, too. A
            clear image is restored as one of the most probable weather, as
            far as its gate lets it.
        seed: int or `None`. Seed of the training noise.

    Call arguments:
        features: float tensor `(B, h, w, C)`, the shallow features, or
            `(B, 2 C)`, their first and second moments over space
            (`CPSMRouter.moments`).
        weather: `"hard"` (default), `"soft"`, or an int tensor `(B,)` with,
            for each image, the given weather `k`, -1 for hard or -2 for
            soft; in training also `K + k` for a clear image that is restored
            as one of weather `k`.

    Returns:
        A dict of `"expert_weights"` `(B, E)`, `"weather_weights"` `(B, K)`,
        `"weather"` `(B, K)` (the posterior), `"context"`
        `(B, context_dim)` and, with `clear_class`, `"clear"` `(B, 1)`, the
        probability that there is no weather, and `"gate"` `(B, 1)`.

    Example:

    ```python
    features = keras.random.normal((2, 16, 16, 8))
    router = keras_muirf.layers.CPSMRouter(num_weathers=4, num_experts=8)
    routing = router(features)
    routing["weather"].shape  # (2, 4)
    ```

    Reference: CPSM of MUIRF (IEEE TCSVT 36(3), 2026) as interpreted in this
    project; balance after Fedus et al., Switch Transformers (JMLR 2022).
    """

    def __init__(
        self,
        num_weathers: int = 4,
        num_experts: int = 8,
        context_dim: int = 64,
        temperature: float = 1.0,
        noise: float = 0.1,
        top_k: int | None = None,
        posterior_rate: float = 0.5,
        posterior_ramp: int = 2_500,
        weather_loss_weight: float = 0.1,
        balance_loss_weight: float = 0.002,
        clear_class: bool = False,
        seed: int | None = None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        # `weather` may be a string.
        self._allow_non_tensor_positional_args = True
        if temperature <= 0:
            raise ValueError(
                "`temperature` must be above 0. "
                f"Received: temperature={temperature}"
            )
        if top_k is not None and not 1 <= top_k <= num_experts:
            raise ValueError(
                "`top_k` must lie between 1 and `num_experts`. "
                f"Received: top_k={top_k}, num_experts={num_experts}"
            )
        self.num_weathers = num_weathers
        self.num_experts = num_experts
        self.context_dim = context_dim
        self.temperature = temperature
        self.noise = noise
        self.top_k = top_k
        self.posterior_rate = posterior_rate
        self.posterior_ramp = posterior_ramp
        self.weather_loss_weight = weather_loss_weight
        self.balance_loss_weight = balance_loss_weight
        self.clear_class = clear_class
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    @staticmethod
    def moments(features):
        """Moments of `features` over space, `(B, 2 C)` in float32.

        They are the first and second of each of the C channels.

        Moments of tiles average, weighted by area, to those of the image.
        """
        x = ops.cast(features, "float32")
        return ops.concatenate(
            [ops.mean(x, axis=(1, 2)), ops.mean(x * x, axis=(1, 2))], axis=-1
        )

    @property
    def num_classes(self):
        """The weathers, and with `clear_class` one more."""
        return self.num_weathers + int(self.clear_class)

    def build(self, features_shape, weather_shape=None):
        dim = features_shape[-1] * (2 if len(features_shape) == 4 else 1)

        def matrix(name, rows, columns):
            return self.add_weight(
                name=name,
                shape=(rows, columns),
                initializer="glorot_uniform",
                autocast=False,
            )

        def vector(name, size, initializer="zeros", trainable=True):
            return self.add_weight(
                name=name,
                shape=(size,),
                initializer=initializer,
                trainable=trainable,
                autocast=False,
            )

        self.z_scale = vector("z_scale", dim, "ones")
        self.z_offset = vector("z_offset", dim)
        self.expert_kernel = matrix("expert_kernel", dim, self.num_experts)
        self.context_kernel = matrix("context_kernel", dim, self.context_dim)
        self.context_bias = vector("context_bias", self.context_dim)
        self.weather_kernel = matrix(
            "weather_kernel", self.context_dim, self.num_classes
        )
        self.weather_bias = vector("weather_bias", self.num_classes)
        self.expert_load = vector(
            "expert_load",
            self.num_experts,
            keras.initializers.Constant(1.0 / self.num_experts),
            trainable=False,
        )
        self.training_calls = self.add_weight(
            name="training_calls",
            shape=(),
            initializer="zeros",
            # Not a float, which stops counting where it runs out of digits.
            dtype="int32",
            trainable=False,
        )
        super().build(features_shape)

    def call(self, features, weather="hard", training=False):
        moments = (
            self.moments(features)
            if len(features.shape) == 4
            else ops.cast(features, "float32")
        )
        z = self._standardize(moments)
        h = keras.activations.gelu(
            ops.matmul(z, _float32(self.context_kernel))
            + _float32(self.context_bias)
        )
        logits = ops.matmul(h, _float32(self.weather_kernel)) + _float32(
            self.weather_bias
        )
        pi = self._posterior(logits)
        p = self._expert_weights(z, training)
        weather = self._weather_codes(weather, pi)
        if training:
            self._add_losses(p, logits, weather)
        known = self._known(weather, training)
        alpha = self._weather_weights(pi, weather, known)
        if training:
            self.training_calls.assign_add(1)
        routing = {
            "context": h,
            "expert_weights": p,
            "weather": pi,
            "weather_weights": alpha,
        }
        if self.clear_class:
            clear = ops.softmax(logits)[:, self.num_weathers :]
            routing["clear"] = clear
            # The classes are learned from labels alone.
            gate = _gate(ops.stop_gradient(clear))
            routing["gate"] = ops.where(known[:, None], 1.0, gate)
        return {
            name: ops.cast(value, self.compute_dtype)
            for name, value in routing.items()
        }

    def _standardize(self, moments):
        """`z = [mean, std]`, normalized over its entries."""
        mean, square = ops.split(moments, 2, axis=-1)
        std = ops.sqrt(ops.maximum(square - mean * mean, 0.0) + 1e-6)
        z = ops.concatenate([mean, std], axis=-1)
        z = z - ops.mean(z, axis=-1, keepdims=True)
        z = z / ops.sqrt(ops.mean(z * z, axis=-1, keepdims=True) + 1e-6)
        return z * _float32(self.z_scale) + _float32(self.z_offset)

    def _posterior(self, logits):
        """`pi`, the weathers' probabilities if there is one."""
        logits = logits[:, : self.num_weathers]
        # With one weather there is nothing to decide, and Keras would warn.
        if self.num_weathers == 1:
            return ops.ones_like(logits)
        return ops.softmax(logits)

    def _expert_weights(self, z, training):
        logits = ops.matmul(z, _float32(self.expert_kernel))
        if training and self.noise:
            logits = logits + self.noise * keras.random.normal(
                ops.shape(logits), dtype="float32", seed=self.seed_generator
            )
        if self.top_k is not None and self.top_k < self.num_experts:
            # A sort, not top_k: the latter does not survive every export.
            smallest = ops.sort(logits, axis=-1)[:, -self.top_k]
            kept = logits >= smallest[:, None]
            logits = ops.where(kept, logits, ops.full_like(logits, -1e9))
        return ops.softmax(logits / self.temperature)

    def _weather_codes(self, weather, pi):
        if isinstance(weather, str):
            codes = {"hard": HARD, "soft": SOFT}
            if weather not in codes:
                raise ValueError(
                    '`weather` must be "hard", "soft" or an int tensor of '
                    f"shape (batch,). Received: weather={weather!r}"
                )
            weather = ops.full(ops.shape(pi)[:1], codes[weather], "int32")
        return ops.cast(ops.reshape(weather, (-1,)), "int32")

    def _known(self, weather, training):
        """For which images the given weather is used."""
        known = weather >= 0
        if training and self.posterior_rate:
            rate = self.posterior_rate * ops.minimum(
                _float32(self.training_calls) / self.posterior_ramp, 1.0
            )
            draw = keras.random.uniform(
                ops.shape(weather), dtype="float32", seed=self.seed_generator
            )
            known = ops.logical_and(known, draw >= rate)
        return known

    def _weather_weights(self, pi, weather, known):
        hard = ops.one_hot(
            ops.argmax(pi, axis=-1), self.num_weathers, dtype="float32"
        )
        given = ops.one_hot(
            ops.maximum(weather, 0) % self.num_weathers,
            self.num_weathers,
            dtype="float32",
        )
        alpha = ops.where((weather == SOFT)[:, None], pi, hard)
        return ops.where(known[:, None], given, alpha)

    def _add_losses(self, p, logits, weather):
        if self.weather_loss_weight:
            # All that are clear have one class, the last.
            truth = ops.minimum(weather, self.num_weathers)
            known = ops.logical_and(truth >= 0, truth < self.num_classes)
            labelled = ops.cast(known, "float32")
            truth = ops.one_hot(
                ops.clip(truth, 0, self.num_classes - 1),
                self.num_classes,
                dtype="float32",
            )
            entropy = -ops.sum(truth * ops.log_softmax(logits), axis=-1)
            self.add_loss(
                self.weather_loss_weight
                * ops.sum(entropy * labelled)
                / ops.maximum(ops.sum(labelled), 1.0)
            )
        if self.balance_loss_weight:
            share = ops.mean(p, axis=0)
            load = 0.99 * _float32(self.expert_load) + 0.01 * ops.stop_gradient(
                share
            )
            self.expert_load.assign(load)
            self.add_loss(
                self.balance_loss_weight
                * self.num_experts
                * ops.sum(ops.stop_gradient(load) * share)
            )

    def compute_output_spec(self, features, weather="hard", training=False):
        def spec(size):
            return keras.KerasTensor(
                (features.shape[0], size), dtype=self.compute_dtype
            )

        routing = {
            "context": spec(self.context_dim),
            "expert_weights": spec(self.num_experts),
            "weather": spec(self.num_weathers),
            "weather_weights": spec(self.num_weathers),
        }
        if self.clear_class:
            routing["clear"] = spec(1)
            routing["gate"] = spec(1)
        return routing

    # Keras leaves the state of seed generators out of what it saves; without
    # it a resumed training would not go on with the same noise.
    def save_own_variables(self, store):
        super().save_own_variables(store)
        store[SEED_STATE] = self.seed_generator.state

    def load_own_variables(self, store):
        names = set(store.keys())
        if SEED_STATE in names:
            self.seed_generator.state.assign(store[SEED_STATE])
        super().load_own_variables(
            {name: store[name] for name in names - {SEED_STATE}}
        )

    def get_config(self):
        config = super().get_config()
        config.update(
            {
                "num_weathers": self.num_weathers,
                "num_experts": self.num_experts,
                "context_dim": self.context_dim,
                "temperature": self.temperature,
                "noise": self.noise,
                "top_k": self.top_k,
                "posterior_rate": self.posterior_rate,
                "posterior_ramp": self.posterior_ramp,
                "weather_loss_weight": self.weather_loss_weight,
                "balance_loss_weight": self.balance_loss_weight,
                "clear_class": self.clear_class,
                "seed": self.seed,
            }
        )
        return config


def _float32(weight):
    return ops.cast(weight, "float32")


def _gate(clear):
    """How much of the change is applied at a probability of no weather."""
    begin, end = GATE_CLOSES
    return (1.0 - clear) * ops.clip((end - clear) / (end - begin), 0.0, 1.0)
