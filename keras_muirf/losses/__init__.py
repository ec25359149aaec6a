"""Losses for image restoration."""

from keras_muirf.losses.amplitude_spectrum import AmplitudeSpectrum
from keras_muirf.losses.charbonnier import Charbonnier
from keras_muirf.losses.restoration_loss import RestorationLoss

__all__ = ["AmplitudeSpectrum", "Charbonnier", "RestorationLoss"]
