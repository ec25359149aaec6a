"""Where the presets are that were added with `muirf presets add`."""

import os
import re

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def preset_home():
    """The folder of the added presets; it need not exist.

    `presets` in the folder that the environment variable `MUIRF_HOME` names.
    Default: `keras_muirf` in Keras' own folder, `KERAS_HOME` or `~/.keras`.
    """
    home = os.environ.get("MUIRF_HOME")
    if not home:
        keras_home = os.environ.get("KERAS_HOME") or os.path.join(
            os.path.expanduser("~"), ".keras"
        )
        home = os.path.join(keras_home, "keras_muirf")
    return os.path.join(os.path.abspath(os.path.expanduser(home)), "presets")


def added_folder(name):
    """The folder of the added preset of a name."""
    return os.path.join(preset_home(), name)


def is_added(name):
    """Whether a preset of this name was added."""
    return bool(NAME.fullmatch(name)) and os.path.isdir(added_folder(name))


def added_names():
    """The names of the added presets, sorted."""
    try:
        found = os.listdir(preset_home())
    except OSError:
        return []
    return sorted(name for name in found if is_added(name))
