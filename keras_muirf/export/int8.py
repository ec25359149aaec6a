"""Quantizing an ONNX file to 8 bits."""

import pathlib
import tempfile

import onnx
from onnxruntime import quantization
from onnxruntime.quantization.shape_inference import quant_pre_process

from keras_muirf.export.network import IMAGE

# What the restoration spends its time on.
OPERATIONS = ["MatMul"]


def quantized(model, images):
    """A graph whose matrix products are computed in 8 bits.

    Kernels are mixed anew for every image, so they are quantized as
    activations are: with ranges found on calibration images.

    Args:
        model: `onnx.ModelProto` in float32.
        images: list of arrays as the graph takes them.

    Returns:
        An `onnx.ModelProto`.
    """
    with tempfile.TemporaryDirectory() as folder:
        plain = pathlib.Path(folder, "float32.onnx")
        ready = pathlib.Path(folder, "ready.onnx")
        done = pathlib.Path(folder, "int8.onnx")
        onnx.save(model, str(plain))
        # Its symbolic shapes do not know the graph's computed sizes.
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantization.quantize_static(
            str(ready),
            str(done),
            _Reader(images),
            quant_format=quantization.QuantFormat.QDQ,
            activation_type=quantization.QuantType.QUInt8,
            weight_type=quantization.QuantType.QInt8,
            op_types_to_quantize=OPERATIONS,
        )
        return onnx.load(str(done))


class _Reader(quantization.CalibrationDataReader):
    def __init__(self, images):
        self._images = iter(images)

    def get_next(self):
        image = next(self._images, None)
        return None if image is None else {IMAGE: image}
