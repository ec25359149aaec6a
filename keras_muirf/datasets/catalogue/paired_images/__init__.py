from keras_muirf.datasets.catalogue.paired_images.paired_images_config import (
    PairedImagesConfig as PairedImagesConfig,
)
