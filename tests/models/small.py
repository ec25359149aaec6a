"""A small restorer for tests."""

from keras_muirf import layers
from keras_muirf import models

CONFIG = {
    "widths": (8, 12),
    "encoder_blocks": (1,),
    "middle_blocks": 1,
    "decoder_blocks": (1,),
    "stem_width": 6,
    "num_experts": 3,
    "router_width": 6,
    "context_dim": 8,
}


def small_backbone(**kwargs):
    return models.MUIRFBackbone(**{**CONFIG, **kwargs})


def small_preprocessor():
    return models.MUIRFImageRestorerPreprocessor(layers.MUIRFImageConverter())


def small_restorer(**kwargs):
    return models.MUIRFImageRestorer(
        small_backbone(), small_preprocessor(), **kwargs
    )
