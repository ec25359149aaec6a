from keras_muirf.models import preset_files
from keras_muirf.models.muirf_presets import PRESETS
from keras_muirf.models.preset_home import added_names
from keras_muirf.models.preset_reader import PresetReader
from keras_muirf.weathers import WEATHERS


def list_presets():
    """The presets that come with the package, and those that were added.

    Returns:
        A dict from the preset's name to a dict of `"description"`,
        `"weathers"` and `"params"`, the number of stored parameters. An added
        preset with a damaged file has `"error"`, a sentence, besides, no
        weathers and `None` parameters.

    Example:

    ```python
    keras_muirf.models.list_presets()["muirf_tiny_all_weather"]["params"]
    ```
    """
    listing = {}
    for name, preset in PRESETS.items():
        metadata = PresetReader(name).metadata()
        listing[name] = {**preset, "params": metadata["parameter_count"]}
    for name in added_names():
        if name not in PRESETS:
            listing[name] = _added(name)
    return listing


def _added(name):
    try:
        reader = PresetReader(name)
        reader.check_all()
        task = reader.config(preset_files.TASK_CONFIG_FILE)["config"]
        metadata = reader.metadata()
        return {
            "description": f"Added from {metadata['added_from']}.",
            "weathers": tuple(task.get("weathers") or WEATHERS),
            "params": int(metadata["parameter_count"]),
        }
    except (KeyError, OSError, TypeError, ValueError) as error:
        return {
            "description": "Damaged.",
            "weathers": (),
            "params": None,
            "error": str(error),
        }
