"""A preset as one file for ONNX Runtime, OpenVINO, LiteRT or TensorFlow."""

from keras_muirf.export.export_error import ExportError
from keras_muirf.export.export_preset import export_preset
from keras_muirf.export.formats import FORMATS

__all__ = ["FORMATS", "ExportError", "export_preset"]
