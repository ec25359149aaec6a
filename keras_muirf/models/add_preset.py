import os
import re
import shutil
import tempfile
from urllib.parse import urlsplit

from keras_muirf.durable_file import space_errors
from keras_muirf.models import preset_files
from keras_muirf.models.muirf_image_restorer import MUIRFImageRestorer
from keras_muirf.models.muirf_presets import PRESETS
from keras_muirf.models.preset_archive import MAX_BYTES
from keras_muirf.models.preset_archive import unpack
from keras_muirf.models.preset_download import download
from keras_muirf.models.preset_home import NAME
from keras_muirf.models.preset_home import added_folder
from keras_muirf.models.preset_reader import PresetReader
from keras_muirf.models.preset_sources import HUBS
from keras_muirf.models.preset_sources import preset_file
from keras_muirf.replaced_folder import replaced_folder

_FILES = (
    preset_files.METADATA_FILE,
    *preset_files.RECORDED_FILES,
    "README.md",
    "LICENSE",
)


def add_preset(source, name: str | None = None, overwrite: bool = False):
    """Copies a preset to the user's own, where its name is known.

    `from_preset`, `list_presets` and the command know it by that name
    thereafter. It is loaded once and its files are checked before it is
    there; if anything is wrong with it, nothing is left behind.

    Args:
        source: string or path. A folder, a .zip or .tar.gz archive, an
            `https://` address of such an archive, or a handle that begins
            with `hf://` or `kaggle://`.
        name: string. Defaults to the last word of `source`.
        overwrite: bool. Whether to replace an added preset of that name.

    Returns:
        The name, a string.

    Raises:
        FileNotFoundError: If the preset is not complete.
        NoSpaceLeft: If there is no room for it.
        ValueError: If there is no preset at `source`, it is damaged, or its
            name is taken or cannot be used.

    Example:

    ```python
    keras_muirf.models.add_preset("runs/derain/preset", "my_derain")
    keras_muirf.models.MUIRFImageRestorer.from_preset("my_derain")
    ```
    """
    source = os.fspath(source)
    name = name or _last_word(source)
    _check_name(name, overwrite)
    with replaced_folder(added_folder(name)) as folder:
        _fetch(source, folder)
        reader = PresetReader(folder, called=source)
        restorer = MUIRFImageRestorer.from_reader(reader)
        reader.check_all()
        preset_files.save_metadata(
            folder,
            {
                **reader.metadata(),
                "parameter_count": restorer.count_params(),
                "added_from": _origin(source),
            },
        )
    return name


def _last_word(source):
    path = source
    if "://" in source:
        # The organization of a handle stands where an address has its host.
        path = urlsplit(source).path
        if source.startswith("kaggle://"):
            path = re.sub(r"/\d+$", "", path)
    else:
        path = os.path.abspath(source)
    parts = [part for part in re.split(r"[/\\]", path) if part] or [""]
    # As recipes call the folder of every run.
    if parts[-1] == "preset" and parts[1:]:
        parts.pop()
    return re.sub(r"\.(zip|tar\.gz|tgz)$", "", parts[-1], flags=re.IGNORECASE)


def _origin(source):
    if "://" not in source:
        return os.path.abspath(source)
    # Neither password nor token, which an address may have.
    address = urlsplit(source)
    host = address.netloc.rpartition("@")[2]
    return f"{address.scheme}://{host}{address.path}"


def _check_name(name, overwrite):
    if not NAME.fullmatch(name):
        raise ValueError(
            "The `name` of a preset must be of letters, digits, '.', '_' and "
            f"'-' and begin with a letter or digit. Received: name={name!r}"
        )
    if name in PRESETS:
        raise ValueError(
            f"{name!r} is a preset that comes with the package; give the new "
            "one another name."
        )
    if os.path.lexists(added_folder(name)) and not overwrite:
        raise ValueError(
            f"There is a preset {name!r} already; give the new one another "
            "name, or replace it with --overwrite (`overwrite=True`)."
        )


def _fetch(source, folder):
    if source.startswith(HUBS):
        # Says best what is wrong where nothing can be fetched.
        preset_file(source, preset_files.CONFIG_FILE)
        _copy(source, folder)
    elif source.startswith("https://"):
        with tempfile.TemporaryDirectory(dir=folder) as place:
            archive = os.path.join(place, "archive")
            download(source, archive, MAX_BYTES)
            unpack(archive, folder, _FILES, source)
    elif "://" in source:
        raise ValueError(
            "An address must begin with https://, hf:// or kaggle://; what is "
            f"on this computer is given by its path. Received: {source}"
        )
    elif os.path.isdir(source):
        _copy(os.path.abspath(source), folder)
    elif os.path.isfile(source):
        unpack(source, folder, _FILES, source)
    else:
        raise ValueError(
            f"There is no folder and no archive {source!r} to add a preset "
            "from."
        )


def _copy(source, folder):
    for name in _FILES:
        try:
            path = preset_file(source, name)
        except FileNotFoundError:
            continue
        target = os.path.join(folder, name)
        with space_errors(target):
            shutil.copyfile(path, target)
