"""A preset as one file for ONNX Runtime, OpenVINO, LiteRT or TensorFlow."""

from keras_muirf.export.export_error import ExportError as ExportError
from keras_muirf.export.export_preset import export_preset as export_preset
from keras_muirf.export.formats import FORMATS as FORMATS
