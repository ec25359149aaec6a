import pathlib
import shutil

from keras_muirf.callbacks import NoSpaceLeft
from keras_muirf.durable_file import free_space
from keras_muirf.replaced_folder import replaced_folder

# The weights in single precision and their copy in half, and the rest.
_BYTES_PER_PARAMETER = 6
_MORE_BYTES = 500_000


def save_preset(restorer, folder):
    """Saves a restorer as a preset in half precision: whole, or not at all.

    A preset that is there stays until the new one is complete.

    Args:
        restorer: a `keras_muirf.models.MUIRFImageRestorer`.
        folder: path of the preset.

    Raises:
        NoSpaceLeft: If there is too little room for it, before anything is
            written.

    Example:

    ```python
    keras_muirf.training.save_preset(restorer, "runs/derain/preset")
    ```
    """
    folder = pathlib.Path(folder)
    needed = _BYTES_PER_PARAMETER * restorer.count_params() + _MORE_BYTES
    if shutil.disk_usage(folder.parent).free < needed:
        # HDF5 would say so in many more words.
        raise NoSpaceLeft(
            f"{folder} cannot be written: it needs {needed / 1e6:.1f} MB, and "
            f"{free_space(folder.parent)} are free there."
        )
    with replaced_folder(folder) as new:
        restorer.save_to_preset(str(new), weights_dtype="float16")
