"""What every CPSM convolution shares: scores, masks and mixed kernels."""

import keras
from keras import ops

from keras_muirf import task_axis


class CPSMConvolution(keras.layers.Layer):
    """Base of the convolutions whose channels are shared or specific.

    For every image, each output channel uses either the kernel `W` that all
    weathers share or the kernel `V_k` of the image's weather `k`. The experts
    score the channels and the router weighs the experts:

        s = b + sum_e p_e S[e]
        m = 1[sigmoid(s) >= 1/2]
        W_eff = m * W + (1 - m) * sum_k alpha_k V_k

    with a straight-through gradient for `m`. The kernels are mixed, not the
    features: one convolution per image, whatever the number of weathers. The
    bias is split in the same way.

    Args:
        use_bias: bool. Whether to add a bias.
        specific_fraction: float in [0, 1]. Fraction `q` of the output
            channels that may be specific; the others are always shared. The
            layer stores `1 + K q` times a plain layer's parameters and uses
            as many as the plain layer for each image.
        sharing_ratio: float in [0, 1] or `None`. If given, exactly this
            fraction of the eligible channels is shared, those of the largest
            scores; otherwise every channel decides for itself. With 0 or 1
            there is nothing to decide, and the image has no say.
        sharing_target: float in [0, 1]. Mean shared fraction of the eligible
            channels towards which training pulls.
        sharing_loss_weight: float. Weight of that pull.
        kernel_initializer: initializer of `W` and of each `V_k`. They are
            drawn apart from each other: where `V_k` equals `W` the mask has
            no gradient.

    Call arguments:
        inputs: float tensor `(B, H, W, C)`, channels last.
        expert_weights: float tensor `(B, E)`, `p` of the router.
        weather_weights: float tensor `(B, K)`, `alpha` of the router.

    Reference: CPSM of MUIRF (IEEE TCSVT 36(3), 2026) as interpreted in this
    project; channel masks with straight-through gradients as in UFVL-Net
    (IEEE TIM 2023).
    """

    def __init__(
        self,
        use_bias: bool = True,
        specific_fraction: float = 1.0,
        sharing_ratio: float | None = None,
        sharing_target: float = 0.5,
        sharing_loss_weight: float = 0.0,
        kernel_initializer="glorot_uniform",
        **kwargs,
    ):
        super().__init__(**kwargs)
        for name, value in (
            ("specific_fraction", specific_fraction),
            ("sharing_ratio", sharing_ratio),
            ("sharing_target", sharing_target),
        ):
            if value is not None and not 0 <= value <= 1:
                raise ValueError(
                    f"`{name}` must lie in [0, 1]. Received: {name}={value}"
                )
        self.use_bias = use_bias
        self.specific_fraction = specific_fraction
        self.sharing_ratio = sharing_ratio
        self.sharing_target = sharing_target
        self.sharing_loss_weight = sharing_loss_weight
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build_kernels(self, kernel_shape, num_experts: int, num_weathers: int):
        """Makes `W`, `V`, the biases and the experts' scores.

        Args:
            kernel_shape: tuple. Shape of `W`, output channels last.
            num_experts: int. `E`.
            num_weathers: int. `K`.
        """
        channels = kernel_shape[-1]
        self.num_channels = channels
        self.num_eligible = round(self.specific_fraction * channels)
        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel_shape,
            initializer=self.kernel_initializer,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias", shape=(channels,), initializer="zeros"
            )
        if not self.num_eligible:
            return
        eligible_shape = (*kernel_shape[:-1], self.num_eligible)
        self.specific_kernel = self.add_weight(
            name="specific_kernel",
            shape=(num_weathers, *eligible_shape),
            initializer=self._initialize_specific,
        )
        if self.use_bias:
            self.specific_bias = self.add_weight(
                name="specific_bias",
                shape=(num_weathers, self.num_eligible),
                initializer="zeros",
            )
        if self._fixed_mask is not None:
            return
        self.expert_scores = self.add_weight(
            name="expert_scores",
            shape=(num_experts, self.num_eligible),
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            autocast=False,
        )
        self.score_bias = self.add_weight(
            name="score_bias",
            shape=(self.num_eligible,),
            initializer="zeros",
            autocast=False,
        )

    @property
    def _fixed_mask(self):
        """0.0 or 1.0 where `sharing_ratio` leaves no choice, else `None`."""
        if self.sharing_ratio is None:
            return None
        count = round(self.sharing_ratio * self.num_eligible)
        return {0: 0.0, self.num_eligible: 1.0}.get(count)

    def _initialize_specific(self, shape, dtype=None):
        """Every `V_k` is drawn as a kernel of its own, with its own fan."""
        weathers = []
        for k in range(shape[0]):
            # A seeded initializer would draw every V_k, and W, alike.
            config = self.kernel_initializer.get_config()
            if isinstance(config.get("seed"), int):
                config["seed"] += k + 1
            initializer = self.kernel_initializer.__class__.from_config(config)
            weathers.append(initializer(shape[1:], dtype=dtype))
        return ops.stack(weathers)

    def channel_mask(self, expert_weights):
        """The mask `m`: 1 where a channel is shared, 0 where specific.

        Args:
            expert_weights: float tensor `(B, E)`.

        Returns:
            Float32 tensor `(B, C)` of zeros and ones, with the
            straight-through gradient of `sigmoid(s)`.
        """
        p = ops.cast(expert_weights, "float32")
        if not self.num_eligible:
            return ops.ones((ops.shape(p)[0], self.num_channels), "float32")
        m = self._eligible_mask(p)
        rest = self.num_channels - self.num_eligible
        if rest:
            m = ops.concatenate(
                [m, ops.ones((ops.shape(p)[0], rest), "float32")], axis=-1
            )
        return m

    def _eligible_mask(self, p):
        if self._fixed_mask is not None:
            shape = (ops.shape(p)[0], self.num_eligible)
            return ops.full(shape, self._fixed_mask, "float32")
        s = task_axis.dense(p, self.expert_scores, self.score_bias)
        soft = ops.sigmoid(s)
        if self.sharing_ratio is None:
            hard = s >= 0
        else:
            count = round(self.sharing_ratio * self.num_eligible)
            hard = s >= ops.sort(s, axis=-1)[:, -count][:, None]
        hard = ops.cast(hard, "float32")
        return soft + ops.stop_gradient(hard - soft)

    def mixed_kernels(
        self, expert_weights, weather_weights, training: bool = False
    ):
        """The kernel and bias of every image.

        Args:
            expert_weights: as in the call.
            weather_weights: as in the call.
            training: bool. Whether masks are drawn as in training.

        Returns:
            `W_eff` `(B, *kernel_shape)` and the bias `(B, C)` or `None`.
            Where no channel may be specific, `W` and its bias `(C,)` without
            a batch axis: one kernel for all images (but in a training step
            that tells tasks apart).
        """
        if not self.num_eligible:
            images = ops.shape(expert_weights)[0]
            return tuple(
                None
                if v is None
                else task_axis.per_image(v, images, self.compute_dtype)
                for v in (self.kernel, self.bias if self.use_bias else None)
            )
        m = self._eligible_mask(ops.cast(expert_weights, "float32"))
        if training and self.sharing_loss_weight:
            excess = ops.mean(m) - self.sharing_target
            self.add_loss(self.sharing_loss_weight * excess * excess)
        m = ops.cast(m, self.compute_dtype)
        alpha = ops.cast(weather_weights, self.compute_dtype)
        kernel = self._mix(self.kernel, self.specific_kernel, m, alpha)
        if not self.use_bias:
            return kernel, None
        return kernel, self._mix(self.bias, self.specific_bias, m, alpha)

    @staticmethod
    def add_bias(y, bias):
        """Adds `bias`: `(C,)` for all images, `(B, C)`, or `None`, to `y`."""
        if bias is None:
            return y
        if len(bias.shape) == 2:
            bias = bias[(slice(None), *(None,) * (len(y.shape) - 2))]
        return y + bias

    def _mix(self, shared, specific, m, alpha):
        """`m * W + (1 - m) * sum_k alpha_k V_k`, per image."""
        # (tasks, images of a task, ...), with one task outside of training.
        shared = task_axis.stacked(shared, self.compute_dtype)[:, None]
        specific = ops.convert_to_tensor(specific)
        tasks = shared.shape[0]
        n = self.num_eligible
        own = ops.matmul(alpha, ops.reshape(specific, (specific.shape[0], -1)))
        own = ops.reshape(own, (tasks, -1, *specific.shape[1:]))
        m = ops.reshape(m, (tasks, -1, *(1,) * (len(specific.shape) - 2), n))
        mixed = own + m * (shared[..., :n] - own)
        if n < self.num_channels:
            always = shared[..., n:]
            always = ops.broadcast_to(
                always, (tasks, ops.shape(own)[1], *always.shape[2:])
            )
            mixed = ops.concatenate([mixed, always], axis=-1)
        return ops.reshape(mixed, (-1, *mixed.shape[2:]))

    def get_config(self):
        config = super().get_config()
        config.update(
            {
                "use_bias": self.use_bias,
                "specific_fraction": self.specific_fraction,
                "sharing_ratio": self.sharing_ratio,
                "sharing_target": self.sharing_target,
                "sharing_loss_weight": self.sharing_loss_weight,
                "kernel_initializer": keras.initializers.serialize(
                    self.kernel_initializer
                ),
            }
        )
        return config
