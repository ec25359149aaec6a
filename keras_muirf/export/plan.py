"""What is to be exported and where to, checked before anything is loaded."""

import os
import pathlib

from keras_muirf.export.export_error import ExportError
from keras_muirf.export.formats import FORMATS
from keras_muirf.export.formats import PRECISIONS

DTYPES = ("float32", "uint8")


class Plan:
    """The arguments of `export_preset`, checked.

    `targets` is a dict from the name of each format to the path of its file.

    Raises:
        ExportError: If they make no sense, a package is missing, or a file
            is there already.
    """

    def __init__(
        self,
        preset,
        out=None,
        format="onnx",
        weather="auto",
        dtype="float32",
        precision="float32",
        calibrate=None,
        licence=None,
        overwrite=False,
        label=None,
    ):
        formats = [format] if isinstance(format, str) else list(format)
        for name, values, known in (
            ("format", formats, tuple(FORMATS)),
            ("dtype", [dtype], DTYPES),
            ("precision", [precision], PRECISIONS),
        ):
            if not values or not set(values) <= set(known):
                raise ExportError(
                    f"`{name}` must be one of {', '.join(known)}. "
                    f"Received: {', '.join(map(repr, values)) or 'none'}"
                )
        if precision != "float32" and formats != ["onnx"]:
            raise ExportError(
                f"{precision} is there for the format onnx alone. "
                f"Received: format {', '.join(formats)}"
            )
        if calibrate is not None and precision == "float32":
            raise ExportError(
                "Calibration images are for the precisions float16, which "
                "is measured on them, and int8. Received: precision float32"
            )
        self.preset = os.fspath(preset)
        self.label = label or label_of(self.preset)
        self.weather = weather
        self.dtype = dtype
        self.precision = precision
        self.calibrate = None if calibrate is None else os.fspath(calibrate)
        self.licence = licence
        self.targets = {
            name: self._target(out, name, len(formats)) for name in formats
        }
        for target in self.targets.values():
            _check_free(target, overwrite)
        for name in formats:
            FORMATS[name].check_installed(precision)

    def _target(self, out, name, count):
        suffix = FORMATS[name].suffix
        told = (self.weather, self.dtype, self.precision)
        usual = ("auto", "float32", "float32")
        parts = [t for t, u in zip(told, usual, strict=True) if t != u]
        default = "_".join([self.label, *parts]) + (suffix or f"_{name}")
        if out is None:
            return pathlib.Path(default)
        if count > 1 or str(out).endswith(("/", os.sep)):
            return pathlib.Path(out, default)
        out = pathlib.Path(out)
        if suffix and out.suffix.lower() != suffix:
            raise ExportError(
                f"The file of the format {name} must end with {suffix}, or "
                f"the folder that it goes to with /. Received: {out}"
            )
        return out


def label_of(preset):
    """A preset's name; that of the run where recipes call it just preset."""
    parts = [p for p in preset.replace("\\", "/").split("/") if p] or ["preset"]
    return parts[-2] if parts[-1] == "preset" and parts[1:] else parts[-1]


def _check_free(target, overwrite):
    suffix = target.suffix.lower()
    written = [target] + (
        [target.with_suffix(".bin")] if suffix == ".xml" else []
    )
    for path in written:
        if path.is_dir() != (not suffix) and path.exists():
            kind = "folder" if path.is_dir() else "file"
            raise ExportError(f"{path} is a {kind}; choose another name.")
        if path.exists() and not overwrite:
            raise ExportError(
                f"{path} exists already; choose another name, or allow to "
                "overwrite it."
            )
