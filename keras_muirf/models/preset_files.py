"""The files of a preset: where they are, how they are read and written.

A preset is a folder with KerasHub's files. It is named by a preset that comes
with the package, by a local folder, by `hf://organization/name` or by
`kaggle://organization/model/keras/variant`. Files are fetched one by one.
"""

import datetime
import json
import os

import keras

from keras_muirf.models.muirf_presets import PRESETS
from keras_muirf.version import __version__

CONFIG_FILE = "config.json"
WEIGHTS_FILE = "model.weights.h5"
METADATA_FILE = "metadata.json"
TASK_CONFIG_FILE = "task.json"
TASK_WEIGHTS_FILE = "task.weights.h5"
PREPROCESSOR_CONFIG_FILE = "preprocessor.json"
IMAGE_CONVERTER_CONFIG_FILE = "image_converter.json"

SHIPPED = os.path.join(os.path.dirname(os.path.dirname(__file__)), "presets")


def preset_file(preset, name):
    """Path of one file of a preset, downloaded if it has to be.

    Args:
        preset: string. Name, folder or `hf://` or `kaggle://` handle.
        name: string. One of the file names of a preset.

    Returns:
        A local path.

    Raises:
        ValueError: If there is no such preset.
        FileNotFoundError: If the preset has no such file.
    """
    preset = str(preset)
    if preset in PRESETS:
        return _existing(os.path.join(SHIPPED, preset), name)
    if preset.startswith("hf://"):
        return _from_hugging_face(preset.removeprefix("hf://"), name)
    if preset.startswith("kaggle://"):
        return _from_kaggle(preset.removeprefix("kaggle://"), name)
    if os.path.isdir(preset):
        return _existing(preset, name)
    raise ValueError(
        "`preset` must be the name of a preset that comes with the package "
        f"({', '.join(PRESETS)}), a folder, or a handle that begins with "
        f"hf:// or kaggle://. Received: preset={preset!r}"
    )


def _existing(folder, name):
    path = os.path.join(folder, name)
    if not os.path.isfile(path):
        raise FileNotFoundError(
            f"The folder {folder!r} is no complete preset: it has no {name!r}."
        )
    return path


def _from_hugging_face(repository, name):
    try:
        import huggingface_hub
        from huggingface_hub import errors
    except ImportError as error:
        raise ImportError(
            "A preset with hf:// needs the package huggingface_hub: "
            'pip install "keras-muirf[hub]"'
        ) from error
    try:
        return huggingface_hub.hf_hub_download(repository, name)
    except errors.EntryNotFoundError as error:
        raise FileNotFoundError(
            f"The preset 'hf://{repository}' has no {name!r}, or it could "
            "not be reached and is not in the local cache."
        ) from error
    except errors.HfHubHTTPError as error:
        raise ValueError(
            f"The preset 'hf://{repository}' could not be fetched: {error}"
        ) from error


def _from_kaggle(handle, name):
    try:
        import kagglehub
        from kagglehub import exceptions
    except ImportError as error:
        raise ImportError(
            "A preset with kaggle:// needs the package kagglehub: "
            'pip install "keras-muirf[hub]"'
        ) from error
    try:
        return kagglehub.model_download(handle, path=name)
    except exceptions.KaggleApiHTTPError as error:
        if error.response.status_code == 404:
            raise FileNotFoundError(
                f"The preset 'kaggle://{handle}' has no {name!r}."
            ) from error
        raise ValueError(
            f"The preset 'kaggle://{handle}' could not be fetched: {error}"
        ) from error


def has_preset_file(preset, name):
    """Whether a preset has a file."""
    try:
        preset_file(preset, name)
    except FileNotFoundError:
        return False
    return True


def load_config(preset, name):
    """The parsed JSON of one file of a preset."""
    path = preset_file(preset, name)
    with open(path, encoding="utf-8") as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise ValueError(
                f"{path!r} of the preset {preset!r} is not valid JSON: {error}"
            ) from error


def load_object(preset, name, cls, overrides=None):
    """The object that a JSON file of a preset describes.

    Args:
        preset: string. The preset.
        name: string. The file.
        cls: class. What the object must be an instance of.
        overrides: dict. Entries of the object's config to replace.
    """
    config = load_config(preset, name)
    config["config"] = {**config["config"], **(overrides or {})}
    loaded = keras.saving.deserialize_keras_object(config)
    if not isinstance(loaded, cls):
        raise ValueError(
            f"The preset {preset!r} holds a {type(loaded).__name__}, which is "
            f"no {cls.__name__}. Load it with "
            f"{type(loaded).__name__}.from_preset()."
        )
    return loaded


def save_object(preset, name, instance):
    """Writes an object's config, without its compilation and build."""
    config = keras.saving.serialize_keras_object(instance)
    _strip(config, {"compile_config", "build_config"})
    save_config(preset, name, config)


def _strip(config, keys):
    if isinstance(config, dict):
        for key in keys & config.keys():
            del config[key]
        for value in config.values():
            _strip(value, keys)
    elif isinstance(config, list):
        for value in config:
            _strip(value, keys)


def save_config(preset, name, config):
    os.makedirs(preset, exist_ok=True)
    with open(os.path.join(preset, name), "w", encoding="utf-8") as file:
        json.dump(config, file, indent=4)
        file.write("\n")


def save_metadata(preset, model, tasks):
    now = datetime.datetime.now(datetime.UTC)
    save_config(
        preset,
        METADATA_FILE,
        {
            "keras_version": keras.__version__,
            "keras_muirf_version": __version__,
            "parameter_count": model.count_params(),
            "date_saved": now.strftime("%Y-%m-%d@%H:%M:%S"),
            "tasks": tasks,
        },
    )


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
