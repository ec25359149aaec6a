"""All steps from a preset to its files, in a process with TensorFlow."""

import contextlib
import logging
import os
import pathlib
import shutil
import tempfile
import warnings

import keras

from keras_muirf.durable_file import space_errors
from keras_muirf.durable_file import sync_folder
from keras_muirf.export import agreement
from keras_muirf.export.export_error import ExportError
from keras_muirf.export.export_error import one_line
from keras_muirf.export.formats import FORMATS
from keras_muirf.export.plan import Plan


def convert(**job):
    """Exports a preset in this process, whose backend is TensorFlow.

    Args:
        **job: Arguments of `keras_muirf.export.export_preset`.

    Returns:
        A list of dicts, one for each format, as that function has it.

    Raises:
        ExportError: If it cannot be exported; nothing is left behind.
    """
    plan = Plan(**job)
    if keras.config.backend() != "tensorflow":
        raise ExportError(
            "Networks are exported by a process whose backend is TensorFlow: "
            "set KERAS_BACKEND=tensorflow, or call "
            "keras_muirf.export.export_preset, which starts one. Received: "
            f"the backend {keras.config.backend()}"
        )
    from keras_muirf.export.metadata import describe
    from keras_muirf.export.network import load_network

    with _without_notes():
        network = load_network(plan.preset, plan.weather, plan.dtype)
        metadata = describe(network, plan.label, plan.preset, plan.licence)
        return [
            _export(plan, name, target, network, metadata)
            for name, target in plan.targets.items()
        ]


@contextlib.contextmanager
def _without_notes():
    """Holds back what the converters have to say to their developers."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _export(plan, name, target, network, metadata):
    """Writes one format beside its place, checks it, and moves it there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=target.parent, prefix=".muirf-export-"
    ) as folder:
        path = pathlib.Path(folder, target.name)
        try:
            with space_errors(str(target)):
                if plan.precision == "float32":
                    found = _write_exact(name, path, network, metadata)
                else:
                    found = _write_smaller(plan, path, network, metadata)
        except ExportError:
            raise
        # Converters raise what they like.
        except Exception as error:
            raise ExportError(
                f"{target} could not be made ({type(error).__name__}: "
                f"{one_line(error)})"
            ) from error
        for part in sorted(pathlib.Path(folder).iterdir(), key=_weights_first):
            _move(part, target.with_name(part.name))
    return {"format": name, "path": str(target), **found}


def _write_exact(name, path, network, metadata):
    FORMATS[name].code.write(network, path, metadata)
    difference = None
    if FORMATS[name].has_runtime():
        run = FORMATS[name].code.open_file(path)
        difference = agreement.largest_difference(run, network)
    return {"difference": difference, "psnr": None}


def _write_smaller(plan, path, network, metadata):
    """ONNX in float16 or int8, and what that costs."""
    from keras_muirf.export import onnx_file
    from keras_muirf.export.images import calibration_images
    from keras_muirf.export.images import in_dtype
    from keras_muirf.export.network import load_network

    images = calibration_images(plan.calibrate)
    if plan.precision == "float16":
        # Keras knows what has to stay in single precision.
        half = load_network(
            plan.preset, plan.weather, plan.dtype, "mixed_float16"
        )
        model = onnx_file.graph_of(half)
    else:
        from keras_muirf.export.int8 import quantized

        model = quantized(
            onnx_file.graph_of(network),
            [in_dtype(image, plan.dtype) for image in images],
        )
    metadata = {**metadata, "precision": plan.precision}
    onnx_file.save(model, path, metadata)
    psnr = None
    if FORMATS["onnx"].has_runtime():
        run = onnx_file.open_file(path)
        psnr = agreement.psnr_to_float32(run, network, images)
        metadata["psnr_to_float32"] = round(psnr, 2)
        onnx_file.save(model, path, metadata)
    return {"difference": None, "psnr": psnr}


def _weights_first(path):
    # Of OpenVINO's files the one that is loaded comes last.
    return path.suffix == ".xml"


def _move(source, target):
    """Puts a file or folder where another one may be."""
    old = None
    if target.is_dir():
        old = pathlib.Path(f"{target}.old")
        shutil.rmtree(old, ignore_errors=True)
        os.rename(target, old)
    os.replace(source, target)
    sync_folder(str(target.parent))
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)
