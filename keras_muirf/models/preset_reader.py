import json
import warnings

import keras

from keras_muirf.file_sha256 import file_sha256
from keras_muirf.models import preset_files
from keras_muirf.models.preset_sources import preset_file
from keras_muirf.models.preset_sources import remedy


class PresetReader:
    """Reads the files of a preset for one load, and checks each, once.

    A preset of this package records the sha256 of its files in its metadata.
    One without that record, such as one that KerasHub saved, is read too.

    Args:
        preset: string or path. Name, folder or `hf://` or `kaggle://` handle.
        called: string, what errors call the preset. Defaults to `preset`.

    Raises:
        ValueError: If there is no such preset, or its metadata is damaged.
    """

    def __init__(self, preset, called=None):
        self.preset = str(preset)
        self.called = called or self.preset
        self._checked = {}
        self._digests = self.metadata().get("sha256")
        if not isinstance(self._digests, dict | None):
            raise self._damaged(preset_files.METADATA_FILE)

    def path(self, name):
        """Local path of one file, checked against the record.

        Raises:
            FileNotFoundError: If the preset has no such file.
            ValueError: If it is not the recorded one.
        """
        if name not in self._checked:
            path = self._find(name)
            if self._digests is not None and (
                self._digests.get(name) != file_sha256(path)
            ):
                raise self._damaged(name)
            self._checked[name] = path
        return self._checked[name]

    def check_all(self):
        """Checks every file, also those that a load does not read."""
        for name in preset_files.RECORDED_FILES:
            try:
                self.path(name)
            except FileNotFoundError:
                if name in (self._digests or {}):
                    raise

    def metadata(self):
        """The metadata, an empty dict where there is none."""
        name = preset_files.METADATA_FILE
        try:
            metadata = self._json(name, self._find(name))
        except FileNotFoundError:
            return {}
        if not isinstance(metadata, dict):
            raise self._damaged(name)
        return metadata

    def config(self, name):
        """The config of an object, with its class, that one file describes."""
        config = self._json(name, self.path(name))
        if not isinstance(config, dict) or not (
            isinstance(config.get("class_name"), str)
            and isinstance(config.get("config"), dict)
        ):
            raise ValueError(
                f"{name!r} of the preset {self.called!r} is foreign: it must "
                'be the config of a Keras object, with "class_name" and '
                '"config".'
            )
        return config

    def object(self, name, cls, overrides=None):
        """The object that one file describes.

        Args:
            name: string. The file.
            cls: class. What the object must be an instance of.
            overrides: dict. Entries of the object's config to replace.
        """
        config = self.config(name)
        config["config"] = {**config["config"], **(overrides or {})}
        try:
            loaded = keras.saving.deserialize_keras_object(config)
        except MemoryError:
            raise
        # What foreign or damaged files lead to has no common type.
        except Exception as error:
            raise ValueError(
                f"No {cls.__name__} can be made of {name!r} of the preset "
                f"{self.called!r}: {_reason(error)}"
            ) from None
        if not isinstance(loaded, cls):
            raise ValueError(
                f"The preset {self.called!r} holds a {type(loaded).__name__}, "
                f"which is no {cls.__name__}. Load it with "
                f"{type(loaded).__name__}.from_preset()."
            )
        return loaded

    def load_weights(self, name, load):
        """Loads a weights file by a function of its path."""
        import h5py

        path = self.path(name)
        try:
            if not h5py.is_hdf5(path):
                raise ValueError("it is no HDF5 file")
            # What Keras notes of a file that fails would only hide the error.
            with warnings.catch_warnings(record=True) as notes:
                load(path)
        except MemoryError:
            raise
        # h5py and Keras raise what they will.
        except Exception as error:
            raise ValueError(
                f"{name!r} of the preset {self.called!r} cannot be loaded "
                "into its network, as it is damaged or another network's: "
                f"{remedy(self.preset)} ({_reason(error)})."
            ) from None
        for note in notes:
            warnings.warn_explicit(
                note.message, note.category, note.filename, note.lineno
            )

    def _find(self, name):
        try:
            return preset_file(self.preset, name)
        except FileNotFoundError:
            if self.called == self.preset:
                raise
        raise FileNotFoundError(
            f"{self.called!r} is no complete preset: it has no {name!r}."
        )

    def _json(self, name, path):
        try:
            with open(path, encoding="utf-8") as file:
                return json.load(file)
        except (ValueError, RecursionError) as error:
            raise ValueError(
                f"{name!r} of the preset {self.called!r} is not valid JSON: "
                f"{remedy(self.preset)} ({error})."
            ) from None

    def _damaged(self, name):
        return ValueError(
            f"{name!r} of the preset {self.called!r} is damaged or was changed "
            f"since it was saved (sha256): {remedy(self.preset)}."
        )


def _reason(error):
    """The first cause of an error, in few words."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__
    words = " ".join(str(error).split()) or type(error).__name__
    return words if len(words) <= 120 else words[:120] + "..."
