from keras_muirf.layers.conv2d import Conv2D
from keras_muirf.layers.cpsm_conv2d import CPSMConv2D
from keras_muirf.layers.cpsm_convolution import CPSMConvolution
from keras_muirf.layers.cpsm_depthwise_conv2d import CPSMDepthwiseConv2D
from keras_muirf.layers.cpsm_pointwise_conv2d import CPSMPointwiseConv2D
from keras_muirf.layers.cpsm_router import CPSMRouter
from keras_muirf.layers.depthwise_conv2d import FastDepthwiseConv2D
from keras_muirf.layers.pixel_shuffle import DepthToSpace
from keras_muirf.layers.pixel_shuffle import SpaceToDepth
from keras_muirf.layers.restoration_block import RestorationBlock
from keras_muirf.layers.shared_layer_normalization import (
    SharedLayerNormalization,
)
from keras_muirf.layers.size_padding import CropLike
from keras_muirf.layers.size_padding import ReflectToMultiple


def __getattr__(name):
    # It names the backbone it belongs to, which is made of these layers.
    if name == "MUIRFImageConverter":
        from keras_muirf.models.muirf_image_converter import MUIRFImageConverter

        return MUIRFImageConverter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = [
    "CPSMConv2D",
    "CPSMConvolution",
    "CPSMDepthwiseConv2D",
    "CPSMPointwiseConv2D",
    "CPSMRouter",
    "CropLike",
    "DepthToSpace",
    "FastDepthwiseConv2D",
    "MUIRFImageConverter",
    "ReflectToMultiple",
    "RestorationBlock",
    "Conv2D",
    "SharedLayerNormalization",
    "SpaceToDepth",
]
