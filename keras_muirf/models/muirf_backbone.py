import keras

from keras_muirf import layers
from keras_muirf.models.backbone import Backbone

# Of stride 2 each, between the stem and the router.
SHALLOW_LAYERS = 3


@keras.saving.register_keras_serializable(package="keras_muirf")
class MUIRFBackbone(Backbone):
    """The MUIRF network without its head: images to features and routing.

    Shallow features `F0` of the image feed a `keras_muirf.layers.CPSMRouter`;
    a U-shaped stack of `keras_muirf.layers.RestorationBlock`s, whose
    convolutions are CPSM, restores. Resolution is exchanged for channels by
    space-to-depth and depth-to-space, without transposed convolutions. Images
    of any height and width are extended by reflection to what that needs.

    Args:
        widths: tuple of ints. Channels of each level, from the finest, at half
            the image's resolution, to the coarsest.
        encoder_blocks: tuple of ints, one per level but the coarsest. Blocks
            on the way down.
        middle_blocks: int. Blocks at the coarsest level.
        decoder_blocks: tuple of ints, one per level but the coarsest. Blocks
            on the way up, from the finest.
        stem_width: int. Channels of `F0`, at the image's resolution.
        num_weathers: int. Number of weathers, `K`.
        num_experts: int. Number of experts, `E`.
        router_width: int. Channels of the router's strided stack.
        context_dim: int. Size of the router's context.
        specific_fraction: float in [0, 1]. Fraction of each CPSM
            convolution's channels that may be specific to a weather.
        sharing_ratio: float in [0, 1] or `None`. Exact fraction of the
            channels that may be specific that is shared, or `None` where
            every channel decides for itself; 0 makes the same channels
            specific for every image.
        sharing_target: float in [0, 1]. Mean shared fraction of these towards
            which training pulls.
        sharing_loss_weight: float. Weight of that pull, per convolution.
        cpsm_depthwise: bool. Whether depthwise convolutions are CPSM too.
        clear_class: bool. Whether the router also tells images without
            weather.
        router_config: dict or `None`. Further arguments of the `CPSMRouter`:
            `noise`, `temperature`, `top_k`, `posterior_rate`,
            `posterior_ramp`, `weather_loss_weight`, `balance_loss_weight`.
        image_shape: tuple. Shape of an image, `(None, None, 3)` for any size.
        dtype: string or `keras.DTypePolicy`. The dtype of computations and
            weights.

    Call arguments:
        inputs: dict of `"image"`, float `(B, H, W, 3)` in [0, 1], and
            `"weather"`, int `(B,)`: the weather's index in
            `keras_muirf.WEATHERS`, -1 for unknown (the most probable is
            used) or -2 for mixed (the posterior mixes the weathers' kernels).

    Returns:
        A dict of `"features"` `(B, H', W', stem_width)`, where `H'` and `W'`
        are `H` and `W` extended to multiples of `size_multiple`, and the
        router's `"weather"`, `"weather_weights"`, `"expert_weights"`,
        `"context"` and, with `clear_class`, `"clear"`.

    Example:

    ```python
    inputs = {
        "image": keras.random.uniform((1, 96, 64, 3)),
        "weather": keras.ops.array([-1]),
    }
    # With random weights.
    backbone = keras_muirf.models.MUIRFBackbone()
    backbone(inputs)["features"].shape  # (1, 96, 64, 16)

    # With the weights that come with the package.
    backbone = keras_muirf.models.MUIRFBackbone.from_preset(
        "muirf_tiny_all_weather"
    )
    ```

    Reference: MUIRF (IEEE TCSVT 36(3), 2026), of which the abstract alone is
    public; the network is this project's interpretation.
    """

    def __init__(
        self,
        widths=(32, 64, 128),
        encoder_blocks=(1, 2),
        middle_blocks: int = 2,
        decoder_blocks=(2, 2),
        stem_width: int = 16,
        num_weathers: int = 4,
        num_experts: int = 8,
        router_width: int = 32,
        context_dim: int = 64,
        specific_fraction: float = 0.5,
        sharing_ratio: float | None = None,
        sharing_target: float = 0.5,
        sharing_loss_weight: float = 0.001,
        cpsm_depthwise: bool = False,
        clear_class: bool = False,
        router_config=None,
        image_shape=(None, None, 3),
        dtype=None,
        **kwargs,
    ):
        levels = len(widths)
        if not len(encoder_blocks) == len(decoder_blocks) == levels - 1:
            raise ValueError(
                "`encoder_blocks` and `decoder_blocks` need one entry for "
                "each of `widths` but the last. Received: "
                f"widths={widths}, encoder_blocks={encoder_blocks}, "
                f"decoder_blocks={decoder_blocks}"
            )
        cpsm = {
            "specific_fraction": specific_fraction,
            "sharing_ratio": sharing_ratio,
            "sharing_target": sharing_target,
            "sharing_loss_weight": sharing_loss_weight,
            "dtype": dtype,
        }
        gelu_conv = {
            "padding": "same",
            "activation": "gelu",
            "dtype": dtype,
        }

        # === Layers ===
        size_multiple = 2**levels
        pad = layers.ReflectToMultiple(size_multiple, dtype=dtype, name="pad")
        stem = layers.Conv2D(
            stem_width, 3, padding="same", dtype=dtype, name="stem"
        )
        shallow = [
            layers.Conv2D(
                router_width, 3, strides=2, **gelu_conv, name=f"shallow_{i}"
            )
            for i in range(SHALLOW_LAYERS)
        ]
        router = layers.CPSMRouter(
            num_weathers=num_weathers,
            num_experts=num_experts,
            context_dim=context_dim,
            clear_class=clear_class,
            dtype=dtype,
            name="router",
            **(router_config or {}),
        )

        def blocks(name, count):
            return [
                layers.RestorationBlock(
                    cpsm_depthwise=cpsm_depthwise, name=f"{name}_{i}", **cpsm
                )
                for i in range(count)
            ]

        def pointwise(filters, name):
            return layers.CPSMPointwiseConv2D(filters, name=name, **cpsm)

        encoders = [
            blocks(f"encoder_{i}", n) for i, n in enumerate(encoder_blocks)
        ]
        middle = blocks("middle", middle_blocks)
        decoders = [
            blocks(f"decoder_{i}", n) for i, n in enumerate(decoder_blocks)
        ]
        downs = [pointwise(w, f"down_{i}") for i, w in enumerate(widths)]
        ups = [
            pointwise(4 * w, f"up_{i}")
            for i, w in enumerate((stem_width, *widths[:-1]))
        ]

        def shallow_features(image):
            # The weathers' restoration alone shapes F0: telling them apart
            # would add a conflict of its own.
            x = keras.ops.stop_gradient(stem(pad(image)))
            for conv in shallow:
                x = conv(x)
            return x

        def restore_features(image, routing):
            weights = (routing["expert_weights"], routing["weather_weights"])

            def space_to_depth(x):
                return layers.SpaceToDepth(dtype=dtype)(x)

            def depth_to_space(x):
                return layers.DepthToSpace(dtype=dtype)(x)

            def add(x, y):
                return keras.layers.Add(dtype=dtype)([x, y])

            x = stem(pad(image))
            skips = []
            for down, encoder in zip(downs, [*encoders, middle], strict=True):
                skips.append(x)
                x = down(space_to_depth(x), *weights)
                for block in encoder:
                    x = block(x, routing["context"], *weights)
            for i in reversed(range(levels)):
                x = add(depth_to_space(ups[i](x, *weights)), skips[i])
                if i > 0:
                    for block in decoders[i - 1]:
                        x = block(x, routing["context"], *weights)
            return x

        # === Functional Model ===
        image_input = keras.Input(
            shape=image_shape, dtype="float32", name="image"
        )
        weather_input = keras.Input(shape=(), dtype="int32", name="weather")
        routing = router(shallow_features(image_input), weather_input)
        features = restore_features(image_input, routing)
        super().__init__(
            inputs={"image": image_input, "weather": weather_input},
            outputs={"features": features, **routing},
            dtype=dtype,
            **kwargs,
        )

        # === Config ===
        self.widths = tuple(widths)
        self.encoder_blocks = tuple(encoder_blocks)
        self.middle_blocks = middle_blocks
        self.decoder_blocks = tuple(decoder_blocks)
        self.stem_width = stem_width
        self.num_weathers = num_weathers
        self.num_experts = num_experts
        self.router_width = router_width
        self.context_dim = context_dim
        self.specific_fraction = specific_fraction
        self.sharing_ratio = sharing_ratio
        self.sharing_target = sharing_target
        self.sharing_loss_weight = sharing_loss_weight
        self.cpsm_depthwise = cpsm_depthwise
        self.clear_class = clear_class
        self.router_config = router_config
        self.image_shape = tuple(image_shape)

        # What callers that route once and restore in tiles need.
        self.size_multiple = size_multiple
        self.router = router
        self.shallow_features = shallow_features
        self.restore_features = restore_features

    @property
    def shallow_stride(self):
        """Pixels for each of the router's features, in both directions."""
        return 2**SHALLOW_LAYERS

    @property
    def halo(self):
        """Pixels around a pixel beyond which its features do not look."""
        reach = 1
        levels = zip(
            (*self.encoder_blocks, self.middle_blocks),
            (*self.decoder_blocks, 0),
            strict=True,
        )
        for level, counts in enumerate(levels):
            reach += sum(counts) * 2 ** (level + 1)
        # Where in its cell of the coarsest grid a pixel stands.
        return reach + self.size_multiple - 1

    @property
    def cpsm_layers(self):
        """The CPSM convolutions by name, in the order of the network."""
        named = {}
        for layer in self.layers:
            if isinstance(layer, layers.CPSMConvolution):
                named[layer.name] = layer
            elif isinstance(layer, layers.RestorationBlock):
                for child in layer.cpsm_layers:
                    named[f"{layer.name}/{child.name}"] = child
        return named

    def get_config(self):
        config = super().get_config()
        config.update(
            {
                "widths": self.widths,
                "encoder_blocks": self.encoder_blocks,
                "middle_blocks": self.middle_blocks,
                "decoder_blocks": self.decoder_blocks,
                "stem_width": self.stem_width,
                "num_weathers": self.num_weathers,
                "num_experts": self.num_experts,
                "router_width": self.router_width,
                "context_dim": self.context_dim,
                "specific_fraction": self.specific_fraction,
                "sharing_ratio": self.sharing_ratio,
                "sharing_target": self.sharing_target,
                "sharing_loss_weight": self.sharing_loss_weight,
                "cpsm_depthwise": self.cpsm_depthwise,
                "clear_class": self.clear_class,
                "router_config": self.router_config,
                "image_shape": self.image_shape,
            }
        )
        return config
