"""The formats, and what has to be installed for each."""

import dataclasses
import importlib
import importlib.util

from keras_muirf.export.export_error import ExportError

PRECISIONS = ("float32", "float16", "int8")


@dataclasses.dataclass(frozen=True)
class Format:
    """One format of exported networks.

    Args:
        suffix: string. What stands behind a file's name.
        module: string. The module here that writes and runs the format.
        packages: tuple of strings. What that imports beside TensorFlow.
        runtime: string or `None`. The package that runs a file of it.
    """

    suffix: str
    module: str
    packages: tuple = ()
    runtime: str | None = None

    @property
    def code(self):
        """The module, with `write` and `open_file`."""
        return importlib.import_module(f"keras_muirf.export.{self.module}")

    def check_installed(self, precision="float32"):
        """Raises `ExportError` if a package is missing."""
        packages = ["tensorflow", *self.packages]
        if precision == "int8":
            packages.append("onnxruntime")
        missing = [name for name in packages if not is_installed(name)]
        if missing:
            raise ExportError(
                f"This export needs {' and '.join(missing)}, whatever the "
                'backend in use: pip install "keras-muirf[export]"'
            )

    def has_runtime(self):
        return self.runtime is None or is_installed(self.runtime)


FORMATS = {
    "onnx": Format(".onnx", "onnx_file", ("onnx", "tf2onnx"), "onnxruntime"),
    "openvino": Format(
        ".xml", "openvino_files", ("onnx", "tf2onnx", "openvino"), "openvino"
    ),
    "litert": Format(".tflite", "litert_file", (), "ai_edge_litert"),
    "saved_model": Format("", "saved_model"),
}
"""The formats by name."""


def is_installed(package):
    """Whether a package is there, found without importing it."""
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return False
    # A mere folder of that name has no origin.
    return spec is not None and spec.origin is not None
