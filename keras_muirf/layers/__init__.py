from keras_muirf.layers.conv2d import Conv2D as Conv2D
from keras_muirf.layers.cpsm_conv2d import CPSMConv2D as CPSMConv2D
from keras_muirf.layers.cpsm_convolution import (
    CPSMConvolution as CPSMConvolution,
)
from keras_muirf.layers.cpsm_depthwise_conv2d import (
    CPSMDepthwiseConv2D as CPSMDepthwiseConv2D,
)
from keras_muirf.layers.cpsm_pointwise_conv2d import (
    CPSMPointwiseConv2D as CPSMPointwiseConv2D,
)
from keras_muirf.layers.cpsm_router import CPSMRouter as CPSMRouter
from keras_muirf.layers.depthwise_conv2d import (
    FastDepthwiseConv2D as FastDepthwiseConv2D,
)
from keras_muirf.layers.double_size import DoubleSize as DoubleSize
from keras_muirf.layers.pixel_shuffle import DepthToSpace as DepthToSpace
from keras_muirf.layers.pixel_shuffle import SpaceToDepth as SpaceToDepth
from keras_muirf.layers.restoration_block import (
    RestorationBlock as RestorationBlock,
)
from keras_muirf.layers.scale_routing import ScaleRouting as ScaleRouting
from keras_muirf.layers.shared_layer_normalization import (
    SharedLayerNormalization as SharedLayerNormalization,
)
from keras_muirf.layers.size_padding import CropLike as CropLike
from keras_muirf.layers.size_padding import (
    ReflectToMultiple as ReflectToMultiple,
)


def __getattr__(name):
    # It names the backbone it belongs to, which is made of these layers.
    if name == "MUIRFImageConverter":
        from keras_muirf.models.muirf_image_converter import MUIRFImageConverter

        return MUIRFImageConverter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
