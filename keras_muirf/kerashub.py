"""The models as members of KerasHub's own families of classes.

Importing this module, which needs KerasHub, makes them the classes that presets
are loaded as: `keras_hub.models.Backbone.from_preset` then takes the presets of
this package, and what is loaded is a `keras_hub.models.Task`.
"""

import keras
import keras_hub

from keras_muirf import models

_register = keras.saving.register_keras_serializable(package="keras_muirf")


@_register
class MUIRFBackbone(models.MUIRFBackbone, keras_hub.models.Backbone):
    """`keras_muirf.models.MUIRFBackbone`, as a `keras_hub.models.Backbone`.

    Example:

    ```python
    import keras_hub
    import keras_muirf.kerashub

    backbone = keras_hub.models.Backbone.from_preset("hf://someone/my_muirf")
    ```
    """


@_register
class MUIRFImageRestorerPreprocessor(
    models.MUIRFImageRestorerPreprocessor, keras_hub.models.Preprocessor
):
    """The preprocessor, as a `keras_hub.models.Preprocessor`."""

    backbone_cls = MUIRFBackbone


@_register
class MUIRFImageRestorer(models.MUIRFImageRestorer, keras_hub.models.Task):
    """`keras_muirf.models.MUIRFImageRestorer`, as a `keras_hub.models.Task`.

    Example:

    ```python
    import keras_muirf.kerashub

    restorer = keras_muirf.kerashub.MUIRFImageRestorer.from_preset(
        "muirf_tiny_all_weather"
    )
    ```
    """

    backbone_cls = MUIRFBackbone
    preprocessor_cls = MUIRFImageRestorerPreprocessor
