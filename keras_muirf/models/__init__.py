from keras_muirf.models.add_preset import add_preset as add_preset
from keras_muirf.models.list_presets import list_presets as list_presets
from keras_muirf.models.muirf_backbone import MUIRFBackbone as MUIRFBackbone
from keras_muirf.models.muirf_image_converter import (
    MUIRFImageConverter as MUIRFImageConverter,
)
from keras_muirf.models.muirf_image_restorer import (
    MUIRFImageRestorer as MUIRFImageRestorer,
)
from keras_muirf.models.muirf_image_restorer_preprocessor import (
    MUIRFImageRestorerPreprocessor as MUIRFImageRestorerPreprocessor,
)
from keras_muirf.models.muirf_presets import SIZES as SIZES
from keras_muirf.models.remove_preset import remove_preset as remove_preset
from keras_muirf.models.take_weathers import take_weathers as take_weathers
