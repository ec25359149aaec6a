from keras_muirf.models import preset_files
from keras_muirf.models.muirf_presets import PRESETS


def list_presets():
    """The presets that come with the package.

    Returns:
        A dict from the preset's name to a dict of `"description"`,
        `"weathers"` and `"params"`, the number of stored parameters.

    Example:

    ```python
    keras_muirf.models.list_presets()["muirf_tiny_all_weather"]["params"]
    ```
    """
    listing = {}
    for name, preset in PRESETS.items():
        metadata = preset_files.load_config(name, preset_files.METADATA_FILE)
        listing[name] = {**preset, "params": metadata["parameter_count"]}
    return listing
