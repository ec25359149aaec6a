import json
import os
import pathlib
import subprocess
import sys
import tempfile

import keras_muirf
from keras_muirf.export.export_error import ExportError
from keras_muirf.export.plan import Plan


def export_preset(
    preset,
    out=None,
    format="onnx",
    weather="auto",
    dtype="float32",
    precision="float32",
    calibrate=None,
    licence: str | None = None,
    overwrite: bool = False,
):
    """Exports a preset as a file that runs without Keras.

    A fresh process does it whose backend is TensorFlow, whatever the backend
    in use: that one alone exports an unknown height and width soundly.

    The file holds one function, from an RGB image batch `(B, H, W, 3)` of any
    height and width, `"image"`, to `"restored"` of the same shape and dtype
    and `"weather"`, float32 `(B, C)`, the probabilities of the classes.
    Padding, scaling, routing, crop and clip are inside.

    Before a file takes its place it is run, where its runtime is installed,
    and compared with Keras.

    Args:
        preset: string, the name, folder or handle of a preset, or a
            `keras_muirf.models.MUIRFImageRestorer`.
        out: path of the file; with several formats, or with `/` at its end,
            of the folder. Defaults to the preset's name in the current
            folder.
        format: `"onnx"`, `"openvino"`, `"litert"`, `"saved_model"`, or a list
            of these.
        weather: `"auto"` to let the network find the weather, `"mixed"` to
            mix all by their probabilities, or the name of the weather to
            remove.
        dtype: of the images, `"float32"` in [0, 1] or `"uint8"`.
        precision: `"float32"`; for ONNX also `"float16"` or `"int8"`.
        calibrate: folder of photographs as they will be restored, for
            `"int8"`; the PSNR that the precision costs is measured on them,
            too. Defaults to drawn scenes with synthesized weather.
        licence: string, the licence of the weights, for the metadata.
            Defaults to Apache-2.0 for the presets that come with the package,
            else to `"not stated"`.
        overwrite: bool. Whether a file may be replaced.

    Returns:
        A list of dicts, one for each format: `"format"`, `"path"`,
        `"difference"`, the largest one from Keras in [0, 1], and `"psnr"`, in
        dB to the result in float32 where the precision is another. What was
        not measured is `None`.

    Raises:
        ExportError: If it cannot be exported: something is not installed, is
            there already, or makes no sense, or the file would differ from
            Keras by more than 1e-4. No file is left then.

    Example:

    ```python
    keras_muirf.export.export_preset("muirf_tiny_all_weather", "muirf.onnx")
    ```
    """
    job = {
        "out": None if out is None else os.fspath(out),
        "format": format,
        "weather": weather,
        "dtype": dtype,
        "precision": precision,
        "calibrate": None if calibrate is None else os.fspath(calibrate),
        "licence": licence,
        "overwrite": overwrite,
    }
    with tempfile.TemporaryDirectory() as folder:
        if hasattr(preset, "save_to_preset"):
            job["label"] = preset.name
            path = os.path.join(folder, "preset")
            preset.save_to_preset(path)
            preset = path
        job["preset"] = os.fspath(preset)
        # What is wrong with the arguments is known without TensorFlow.
        Plan(**job)
        return _in_fresh_process(job, pathlib.Path(folder, "job.json"))


def _in_fresh_process(job, path):
    path.write_text(json.dumps(job), encoding="utf-8")
    package = pathlib.Path(keras_muirf.__file__).parents[1]
    found = [str(package), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-m", "keras_muirf.export", str(path)],
        env={
            **os.environ,
            "KERAS_BACKEND": "tensorflow",
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONPATH": os.pathsep.join(filter(None, found)),
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
    )
    answer = json.loads(path.read_text(encoding="utf-8"))
    if "exported" in answer:
        return answer["exported"]
    if "error" in answer:
        raise ExportError(answer["error"])
    last = (done.stderr.strip().splitlines() or ["no word"])[-1][:300]
    raise ExportError(
        f"The process that exports ended with {done.returncode}: {last}"
    )
