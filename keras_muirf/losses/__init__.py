"""Losses for image restoration."""

from keras_muirf.losses.amplitude_spectrum import (
    AmplitudeSpectrum as AmplitudeSpectrum,
)
from keras_muirf.losses.charbonnier import Charbonnier as Charbonnier
from keras_muirf.losses.grid_pattern import GridPattern as GridPattern
from keras_muirf.losses.restoration_loss import (
    RestorationLoss as RestorationLoss,
)
