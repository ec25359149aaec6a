"""TensorFlow's SavedModel: a folder."""

import pathlib

import tensorflow as tf

from keras_muirf.export.metadata import FILE
from keras_muirf.export.metadata import as_json
from keras_muirf.export.network import RESTORED
from keras_muirf.export.network import WEATHER


def write(network, path, metadata):
    """Writes the folder; the metadata go to `assets.extra`.

    Args:
        network: an `ExportedNetwork`.
        path: path of the folder.
        metadata: dict from `describe`.

    Returns:
        The paths that were written.
    """
    module = tf.Module()
    module.restore = network.function
    module.weights = [weight.value for weight in network.restorer.weights]
    tf.saved_model.save(module, str(path), signatures=network.concrete)
    # The folder that TensorFlow leaves to others: loaders do not look at it.
    extra = pathlib.Path(path, "assets.extra")
    extra.mkdir()
    (extra / FILE).write_text(as_json(metadata), encoding="utf-8")
    return [path]


def open_file(path):
    """Loads the folder.

    Returns:
        A function from images to restored images and probabilities.
    """
    loaded = tf.saved_model.load(str(path))
    restore = loaded.signatures["serving_default"]

    def run(images):
        outputs = restore(image=tf.constant(images))
        return outputs[RESTORED].numpy(), outputs[WEATHER].numpy()

    return run
