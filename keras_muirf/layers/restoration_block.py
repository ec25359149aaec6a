import keras
from keras import ops

from keras_muirf import task_axis
from keras_muirf.layers.cpsm_convolution import CPSMConvolution
from keras_muirf.layers.cpsm_depthwise_conv2d import CPSMDepthwiseConv2D
from keras_muirf.layers.cpsm_pointwise_conv2d import CPSMPointwiseConv2D
from keras_muirf.layers.depthwise_conv2d import FastDepthwiseConv2D
from keras_muirf.layers.shared_layer_normalization import (
    SharedLayerNormalization,
)


def simple_gate(x):
    """The product of the two halves of the channels (NAFNet)."""
    a, b = ops.split(x, 2, axis=-1)
    return a * b


@keras.saving.register_keras_serializable(package="keras_muirf")
class RestorationBlock(keras.layers.Layer):
    """The network's block: NAFNet's, made of CPSM convolutions.

        x = x + beta * project(attend(gate(depthwise(expand(norm(x))))))
        x = x + gamma * project(gate(expand(norm(x))))

    The simplified channel attention scales channels by a linear map of the
    router's context, the statistics of the whole image's shallow features,
    and not by the mean of the block's own features: a tile of an image is
    then restored exactly as it is within the image.

    Args:
        specific_fraction: float in [0, 1]. Fraction of each CPSM
            convolution's channels that may be specific to a weather.
        sharing_ratio: float in [0, 1] or `None`. Exact fraction of these that
            is shared, or `None` where every channel decides for itself.
        sharing_target: float in [0, 1]. Mean shared fraction towards which
            training pulls.
        sharing_loss_weight: float. Weight of that pull.
        cpsm_depthwise: bool. Whether the depthwise convolution is CPSM too.

    Call arguments:
        inputs: float tensor `(B, H, W, C)`.
        context: float tensor `(B, D)`, from the router.
        expert_weights: float tensor `(B, E)`, from the router.
        weather_weights: float tensor `(B, K)`, from the router.

    Returns:
        A float tensor `(B, H, W, C)`.

    Reference: Chen et al., Simple Baselines for Image Restoration (ECCV
    2022), for the block; MUIRF (IEEE TCSVT 36(3), 2026) as interpreted in
    this project for its convolutions.
    """

    def __init__(
        self,
        specific_fraction: float = 0.5,
        sharing_ratio: float | None = None,
        sharing_target: float = 0.5,
        sharing_loss_weight: float = 0.0,
        cpsm_depthwise: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.specific_fraction = specific_fraction
        self.sharing_ratio = sharing_ratio
        self.sharing_target = sharing_target
        self.sharing_loss_weight = sharing_loss_weight
        self.cpsm_depthwise = cpsm_depthwise

    def build(
        self,
        inputs_shape,
        context_shape,
        expert_weights_shape,
        weather_weights_shape,
    ):
        weights_shapes = (expert_weights_shape, weather_weights_shape)
        channels = inputs_shape[-1]
        wide_shape = (*inputs_shape[:-1], 2 * channels)
        cpsm = {
            "specific_fraction": self.specific_fraction,
            "sharing_ratio": self.sharing_ratio,
            "sharing_target": self.sharing_target,
            "sharing_loss_weight": self.sharing_loss_weight,
            "dtype": self.dtype_policy,
        }

        def norm(name):
            layer = SharedLayerNormalization(dtype=self.dtype_policy, name=name)
            layer.build(inputs_shape)
            return layer

        def pointwise(filters, name, shape=inputs_shape):
            layer = CPSMPointwiseConv2D(filters, name=name, **cpsm)
            layer.build(shape, *weights_shapes)
            return layer

        self.norm = norm("norm")
        self.expand = pointwise(2 * channels, "expand")
        if self.cpsm_depthwise:
            self.depthwise = CPSMDepthwiseConv2D(3, name="depthwise", **cpsm)
            self.depthwise.build(wide_shape, *weights_shapes)
        else:
            self.depthwise = FastDepthwiseConv2D(
                3, dtype=self.dtype_policy, name="depthwise"
            )
            self.depthwise.build(wide_shape)
        self.project = pointwise(channels, "project")
        self.feedforward_norm = norm("feedforward_norm")
        self.feedforward_expand = pointwise(2 * channels, "feedforward_expand")
        self.feedforward_project = pointwise(channels, "feedforward_project")
        self.attention_kernel = self.add_weight(
            name="attention_kernel",
            shape=(context_shape[-1], channels),
            initializer=keras.initializers.RandomNormal(stddev=0.02),
        )
        self.attention_bias = self.add_weight(
            name="attention_bias", shape=(channels,), initializer="ones"
        )
        scale = {
            "shape": (channels,),
            "initializer": keras.initializers.Constant(0.2),
        }
        self.beta = self.add_weight(name="beta", **scale)
        self.gamma = self.add_weight(name="gamma", **scale)
        super().build(inputs_shape)

    @property
    def cpsm_layers(self):
        """The block's CPSM convolutions, in order."""
        children = (
            self.expand,
            self.depthwise,
            self.project,
            self.feedforward_expand,
            self.feedforward_project,
        )
        return [c for c in children if isinstance(c, CPSMConvolution)]

    def call(
        self, inputs, context, expert_weights, weather_weights, training=False
    ):
        weights = (expert_weights, weather_weights)
        images = ops.shape(inputs)[0]

        def per_image(variable):
            return task_axis.per_image(variable, images, self.compute_dtype)

        # What scales channels goes into the kernel beside it.
        def expand(layer, norm, x):
            return layer(
                norm.standardize(x),
                *weights,
                input_scale=per_image(norm.gamma),
                input_offset=per_image(norm.beta),
                training=training,
            )

        x = inputs
        y = expand(self.expand, self.norm, x)
        if self.cpsm_depthwise:
            y = self.depthwise(y, *weights, training=training)
        else:
            y = self.depthwise(y)
        attention = task_axis.dense(
            context, self.attention_kernel, self.attention_bias
        )
        x = x + self.project(
            simple_gate(y),
            *weights,
            input_scale=attention,
            output_scale=per_image(self.beta),
            training=training,
        )
        y = expand(self.feedforward_expand, self.feedforward_norm, x)
        return x + self.feedforward_project(
            simple_gate(y),
            *weights,
            output_scale=per_image(self.gamma),
            training=training,
        )

    def compute_output_shape(
        self,
        inputs_shape,
        context_shape=None,
        expert_weights_shape=None,
        weather_weights_shape=None,
    ):
        return inputs_shape

    def get_config(self):
        config = super().get_config()
        config.update(
            {
                "specific_fraction": self.specific_fraction,
                "sharing_ratio": self.sharing_ratio,
                "sharing_target": self.sharing_target,
                "sharing_loss_weight": self.sharing_loss_weight,
                "cpsm_depthwise": self.cpsm_depthwise,
            }
        )
        return config
