import os
import shutil

from keras_muirf.models.muirf_presets import PRESETS
from keras_muirf.models.preset_home import added_folder
from keras_muirf.models.preset_home import added_names
from keras_muirf.models.preset_home import is_added


def remove_preset(name: str):
    """Removes a preset that was added.

    Args:
        name: string.

    Raises:
        ValueError: If no preset of that name was added.

    Example:

    ```python
    keras_muirf.models.remove_preset("my_derain")
    ```
    """
    if not is_added(name):
        if name in PRESETS:
            raise ValueError(
                f"{name!r} comes with the package and cannot be removed."
            )
        added = ", ".join(added_names()) or "none yet"
        raise ValueError(
            "`name` must be the name of a preset that was added "
            f"({added}). Received: name={name!r}"
        )
    folder = added_folder(name)
    if os.path.islink(folder):
        os.unlink(folder)
        return
    # Gone at once, however long its files take.
    gone = os.path.join(os.path.dirname(folder), f".{name}.old")
    shutil.rmtree(gone, ignore_errors=True)
    os.rename(folder, gone)
    shutil.rmtree(gone)
