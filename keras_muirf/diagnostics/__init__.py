from keras_muirf.diagnostics.figure import Figure
from keras_muirf.diagnostics.figure_file import FigureFile
from keras_muirf.diagnostics.gradient_figures import GradientFigures
from keras_muirf.diagnostics.probe import Probe
from keras_muirf.diagnostics.routing_figures import routing_figures

__all__ = [
    "Figure",
    "FigureFile",
    "GradientFigures",
    "Probe",
    "routing_figures",
]
