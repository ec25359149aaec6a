"""ONNX, for ONNX Runtime and all that read its files."""

import functools

import onnx
import tf2onnx
from keras.src.export.tf2onnx_lib import patch_tf2onnx

# Imported for what it registers.
import keras_muirf.export.onnx_operators  # noqa: F401
from keras_muirf.export.metadata import as_strings
from keras_muirf.export.network import IMAGE
from keras_muirf.export.network import RESTORED
from keras_muirf.export.network import WEATHER

OPSET = 17


def write(network, path, metadata):
    """Writes the file, with the metadata in its `metadata_props`.

    Args:
        network: an `ExportedNetwork`.
        path: path of the file.
        metadata: dict from `describe`.

    Returns:
        The paths that were written.
    """
    save(graph_of(network), path, metadata)
    return [path]


def save(model, path, metadata):
    """Writes a graph with metadata, once ONNX' own checks accept it."""
    labelled = onnx.ModelProto()
    labelled.CopyFrom(model)
    onnx.helper.set_model_props(labelled, as_strings(metadata))
    labelled.producer_name = "keras-muirf"
    labelled.producer_version = metadata["producer"].rpartition(" ")[2]
    onnx.checker.check_model(labelled)
    onnx.save(labelled, str(path))


# OpenVINO's files are made of it, too.
@functools.lru_cache(maxsize=1)
def graph_of(network):
    """The `onnx.ModelProto` of an `ExportedNetwork`."""
    # tf2onnx is older than NumPy 2; Keras brings the patch.
    patch_tf2onnx()
    model, _ = tf2onnx.convert.from_function(
        network.function, network.function.input_signature, opset=OPSET
    )
    _name_sizes(model.graph)
    return model


def _name_sizes(graph):
    """Gives the unknown sizes their names, the same before and behind."""
    sizes = ("batch", "height", "width")
    named = {IMAGE: sizes, RESTORED: sizes, WEATHER: sizes[:1]}
    for value in (*graph.input, *graph.output):
        dimensions = value.type.tensor_type.shape.dim
        for dimension, name in zip(dimensions, named[value.name], strict=False):
            dimension.dim_param = name
    # Those within have names by number that say nothing.
    del graph.value_info[:]


def open_file(path):
    """Loads the file.

    Returns:
        A function from images to restored images and probabilities.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    return lambda images: session.run([RESTORED, WEATHER], {IMAGE: images})
