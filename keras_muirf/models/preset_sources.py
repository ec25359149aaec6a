"""Where the files of a preset are.

A preset is named by one that comes with the package or was added to the
user's own, by a local folder, by `hf://organization/name` or by
`kaggle://organization/model/keras/variant`. A name comes before a folder of
that name. Files are fetched one by one.
"""

import os

from keras_muirf.models.muirf_presets import PRESETS
from keras_muirf.models.preset_home import added_folder
from keras_muirf.models.preset_home import added_names
from keras_muirf.models.preset_home import is_added

HUBS = ("hf://", "kaggle://")

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
    if preset in PRESETS:
        return _existing(os.path.join(SHIPPED, preset), name)
    if preset.startswith("hf://"):
        return _from_hugging_face(preset.removeprefix("hf://"), name)
    if preset.startswith("kaggle://"):
        return _from_kaggle(preset.removeprefix("kaggle://"), name)
    if is_added(preset):
        return _existing(added_folder(preset), name)
    if os.path.isdir(preset):
        return _existing(preset, name)
    added = ", ".join(added_names()) or "none yet"
    raise ValueError(
        "`preset` must be the name of a preset that comes with the package "
        f"({', '.join(PRESETS)}) or was added ({added}), a folder, or a "
        "handle that begins with hf:// or kaggle://. Received: "
        f"preset={preset!r}"
    )


def remedy(preset):
    """What to do about a damaged file of a preset: part of a sentence."""
    if preset in PRESETS:
        return "install keras-muirf anew"
    if preset.startswith(HUBS):
        return "remove it from the hub's cache, and it is fetched anew"
    if is_added(preset):
        return "add it anew: muirf presets add ... --overwrite"
    return "fetch or save the preset anew"


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
    # Of a model that Kaggle or Colab mounts.
    except ValueError as error:
        if "is not present in the model files" not in str(error):
            raise
        raise FileNotFoundError(
            f"The preset 'kaggle://{handle}' has no {name!r}."
        ) from error
