"""The files of a preset, which are KerasHub's, and how they are written."""

import datetime
import json
import os

import keras

from keras_muirf.file_sha256 import file_sha256
from keras_muirf.version import __version__

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.weights.h5"
METADATA_FILE = "metadata.json"
TASK_CONFIG_FILE = "task.json"
TASK_WEIGHTS_FILE = "task.weights.h5"
PREPROCESSOR_CONFIG_FILE = "preprocessor.json"
IMAGE_CONVERTER_CONFIG_FILE = "image_converter.json"

# All but the metadata, in which their sha256 is recorded.
RECORDED_FILES = (
    CONFIG_FILE,
    WEIGHTS_FILE,
    TASK_CONFIG_FILE,
    TASK_WEIGHTS_FILE,
    PREPROCESSOR_CONFIG_FILE,
    IMAGE_CONVERTER_CONFIG_FILE,
)


def save_object(preset, name, instance):
    """Writes an object's config, without its compilation and build.

    Policies of mixed precision are written as float32, in which their weights
    are kept: a preset is to restore with, however it was trained.
    """
    config = keras.saving.serialize_keras_object(instance)
    _strip(config, {"compile_config", "build_config"})
    save_config(preset, name, _in_float32(config))


def _strip(config, keys):
    if isinstance(config, dict):
        for key in keys & config.keys():
            del config[key]
        for value in config.values():
            _strip(value, keys)
    elif isinstance(config, list):
        for value in config:
            _strip(value, keys)


def _in_float32(config):
    if isinstance(config, list | tuple):
        return [_in_float32(value) for value in config]
    # A map belongs to a quantized network, whose layers keep what they have.
    if not isinstance(config, dict) or (
        config.get("class_name") == "DTypePolicyMap"
    ):
        return config
    if config.get("class_name") == "DTypePolicy" and (
        config["config"]["name"].startswith("mixed_")
    ):
        return {**config, "config": {"name": "float32"}}
    return {key: _in_float32(value) for key, value in config.items()}


def save_config(preset, name, config):
    os.makedirs(preset, exist_ok=True)
    with open(os.path.join(preset, name), "w", encoding="utf-8") as file:
        json.dump(config, file, indent=4)
        file.write("\n")


def new_metadata(model, tasks):
    now = datetime.datetime.now(datetime.UTC)
    return {
        "keras_version": keras.__version__,
        "keras_muirf_version": __version__,
        "parameter_count": model.count_params(),
        "date_saved": now.strftime("%Y-%m-%d@%H:%M:%S"),
        "tasks": tasks,
    }


def save_metadata(preset, metadata):
    """Writes the metadata, after all other files: it gets their sha256."""
    paths = {name: os.path.join(preset, name) for name in RECORDED_FILES}
    digests = {
        name: file_sha256(path)
        for name, path in paths.items()
        if os.path.isfile(path)
    }
    save_config(preset, METADATA_FILE, {**metadata, "sha256": digests})


def record_digests(preset):
    """Takes the sha256 of the files anew, where there is metadata."""
    path = os.path.join(preset, METADATA_FILE)
    if os.path.isfile(path):
        with open(path, encoding="utf-8") as file:
            metadata = json.load(file)
        save_metadata(preset, metadata)


def store_as_float16(path):
    """Rewrites a weights file with its float32 values in half precision.

    Keras casts them back on load; the file is half as large.
    """
    import h5py

    with h5py.File(path, "r+") as file:
        wide = []
        file.visititems(
            lambda name, item: (
                wide.append(name)
                if isinstance(item, h5py.Dataset) and item.dtype == "float32"
                else None
            )
        )
        values = {name: file[name][()].astype("float16") for name in wide}
    # A new file: HDF5 does not give back the space of deleted datasets.
    temporary = f"{path}.half"
    with h5py.File(path, "r") as old, h5py.File(temporary, "w") as new:
        _copy_tree(old, new, values)
    os.replace(temporary, path)


def _copy_tree(old, new, values, prefix=""):
    import h5py

    for key, value in old.attrs.items():
        new.attrs[key] = value
    for name, item in old.items():
        path = f"{prefix}{name}"
        if isinstance(item, h5py.Group):
            _copy_tree(item, new.create_group(name), values, f"{path}/")
        elif path in values:
            new.create_dataset(name, data=values[path])
        else:
            old.copy(item, new, name)
