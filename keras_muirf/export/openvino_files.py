"""OpenVINO's two files, `.xml` and `.bin`."""

import pathlib
import tempfile

import openvino

from keras_muirf.export import onnx_file
from keras_muirf.export.metadata import PREFIX
from keras_muirf.export.metadata import as_strings
from keras_muirf.export.network import RESTORED
from keras_muirf.export.network import WEATHER


def write(network, path, metadata):
    """Writes the files, with the metadata as `rt_info` under `muirf`.

    Args:
        network: an `ExportedNetwork`.
        path: path of the `.xml` file; the weights lie beside it.
        metadata: dict from `describe`.

    Returns:
        The paths that were written.
    """
    path = pathlib.Path(path)
    with tempfile.TemporaryDirectory() as folder:
        # Through ONNX: OpenVINO's own reader of TensorFlow graphs lacks
        # operations that the other one has.
        onnx_path = pathlib.Path(folder, "network.onnx")
        onnx_file.save(onnx_file.graph_of(network), onnx_path, metadata)
        model = openvino.convert_model(str(onnx_path))
    for name, value in as_strings(metadata).items():
        model.set_rt_info(value, [PREFIX, name])
    openvino.save_model(model, str(path), compress_to_fp16=False)
    return [path.with_suffix(".bin"), path]


def open_file(path):
    """Loads the files, to compute in single precision.

    Returns:
        A function from images to restored images and probabilities.
    """
    compiled = openvino.Core().compile_model(
        str(path),
        "CPU",
        # The default takes bfloat16 where the CPU has it.
        {"INFERENCE_PRECISION_HINT": "f32"},
    )

    def run(images):
        outputs = compiled(images)
        return outputs[RESTORED], outputs[WEATHER]

    return run
