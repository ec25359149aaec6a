from keras_muirf.models.add_preset import add_preset
from keras_muirf.models.list_presets import list_presets
from keras_muirf.models.muirf_backbone import MUIRFBackbone
from keras_muirf.models.muirf_image_converter import MUIRFImageConverter
from keras_muirf.models.muirf_image_restorer import MUIRFImageRestorer
from keras_muirf.models.muirf_image_restorer_preprocessor import (
    MUIRFImageRestorerPreprocessor,
)
from keras_muirf.models.muirf_presets import SIZES
from keras_muirf.models.remove_preset import remove_preset

__all__ = [
    "SIZES",
    "MUIRFBackbone",
    "MUIRFImageConverter",
    "MUIRFImageRestorer",
    "MUIRFImageRestorerPreprocessor",
    "add_preset",
    "list_presets",
    "remove_preset",
]
