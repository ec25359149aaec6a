"""LiteRT's file, which was TensorFlow Lite's."""

import pathlib
import zipfile

import tensorflow as tf

from keras_muirf.export.metadata import FILE
from keras_muirf.export.metadata import as_json
from keras_muirf.export.network import RESTORED
from keras_muirf.export.network import WEATHER


def write(network, path, metadata):
    """Writes the file, with the metadata as its associated file.

    Args:
        network: an `ExportedNetwork`.
        path: path of the file.
        metadata: dict from `describe`.

    Returns:
        The paths that were written.
    """
    module = tf.Module()
    module.weights = [weight.value for weight in network.restorer.weights]
    converter = tf.lite.TFLiteConverter.from_concrete_functions(
        [network.concrete], module
    )
    # No others: the plain interpreter has no TensorFlow operations.
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    pathlib.Path(path).write_bytes(converter.convert())
    # Associated files of such a model are a ZIP archive behind it.
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(FILE, as_json(metadata))
    return [path]


def open_file(path):
    """Loads the file.

    Returns:
        A function from images to restored images and probabilities.
    """
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))

    def run(images):
        place = interpreter.get_input_details()[0]["index"]
        interpreter.resize_tensor_input(place, images.shape)
        interpreter.allocate_tensors()
        runner = interpreter.get_signature_runner()
        outputs = runner(image=images)
        return outputs[RESTORED], outputs[WEATHER]

    return run
