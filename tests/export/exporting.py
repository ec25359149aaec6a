"""What the tests of exporting share."""

import json
import os
import pathlib
import subprocess
import sys
import zipfile

import keras
import numpy as np

ROOT = pathlib.Path(__file__).parents[2]
# Height and width: a multiple, two odd ones, and one below the padding.
SIZES = ((1, 32, 48), (2, 37, 51), (1, 5, 90))


def run(*words, **environment):
    """Runs Python as a user would, in a process of its own."""
    return subprocess.run(
        [sys.executable, *map(str, words)],
        env={
            **os.environ,
            "KERAS_BACKEND": keras.config.backend(),
            "PYTHONPATH": str(ROOT),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=600,
    )


def export(*words, **environment):
    """Runs `muirf export`."""
    return run("-m", "muirf", "export", *words, **environment)


def vivid(restorer):
    """Gives a restorer weights with which it changes every image much."""
    rng = np.random.default_rng(0)
    for weight in restorer.weights:
        if weight.dtype == "float32" and len(weight.shape) >= 2:
            fan_in = np.prod(weight.shape[:-1][-3:])
            weight.assign(rng.normal(0.0, fan_in**-0.5, weight.shape))
    return restorer


def images(shape, dtype="float32"):
    values = np.random.default_rng(sum(shape)).random((*shape, 3))
    if dtype == "uint8":
        return np.rint(values * 255).astype("uint8")
    return values.astype("float32")


def check_parity(run, restorer, sizes=SIZES, weather=None, dtype="float32"):
    """The file's images and probabilities are those of the restorer."""
    for shape in sizes:
        x = images(shape, dtype)
        y, classes = run(x)
        wanted, routing = restorer.restore(x, weather, return_routing=True)
        assert np.shape(y) == x.shape and y.dtype == x.dtype
        # A file that gives its input back would not pass for one that works.
        assert np.mean(np.abs(wanted - 1.0 * x)) > 0.001
        apart = np.abs(y - 1.0 * wanted).max()
        assert apart <= (1 if dtype == "uint8" else 1e-4), (shape, apart)
        known = restorer.class_probabilities(routing)
        np.testing.assert_allclose(classes, known, atol=1e-4)


def open_file(format, path):
    from keras_muirf.export import FORMATS

    return FORMATS[format].code.open_file(path)


def metadata_of(format, path):
    """The metadata of a file, read with what its users have."""
    if format == "saved_model":
        path = pathlib.Path(path, "assets.extra", "muirf.json")
        return json.loads(path.read_text(encoding="utf-8"))
    if format == "litert":
        with zipfile.ZipFile(path) as archive:
            return json.loads(archive.read("muirf.json"))
    if format == "onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path))
        return _parsed(session.get_modelmeta().custom_metadata_map)
    import openvino

    model = openvino.Core().read_model(str(path))
    found = model.get_rt_info("muirf").value
    return _parsed({name: str(value) for name, value in found.items()})


def _parsed(strings):
    parsed = {}
    for name, value in strings.items():
        try:
            parsed[name] = json.loads(value)
        except ValueError:
            parsed[name] = value
    return parsed
