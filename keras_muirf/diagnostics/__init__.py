from keras_muirf.diagnostics.figure import Figure as Figure
from keras_muirf.diagnostics.figure_file import FigureFile as FigureFile
from keras_muirf.diagnostics.gradient_figures import (
    GradientFigures as GradientFigures,
)
from keras_muirf.diagnostics.probe import Probe as Probe
from keras_muirf.diagnostics.routing_figures import (
    routing_figures as routing_figures,
)
