import os

import keras

from keras_muirf.models import preset_files
from keras_muirf.models.preset_reader import PresetReader


def preset_dtype(reader, dtype):
    """The dtype policy in which to load the preset of a reader.

    The given one; else today's global policy where the preset was saved in a
    floating point policy, which can be cast; else the saved policy.
    """
    if dtype is not None:
        return dtype
    config = reader.config(preset_files.CONFIG_FILE)
    saved = config["config"].get("dtype")
    if isinstance(saved, dict) and saved.get("class_name") != "DTypePolicy":
        return saved
    return keras.config.dtype_policy()


class Backbone(keras.Model):
    """Base of backbones: a functional model with a config and presets.

    Keeps KerasHub's conventions (class attributes, config rules, files of a
    preset) on `keras.Model` alone, so that neither KerasHub nor TensorFlow is
    needed.
    """

    # KerasHub reads this of every backbone; text models alone have one.
    token_embedding = None

    def __init__(self, *args, dtype=None, **kwargs):
        super().__init__(*args, **kwargs)
        if dtype is not None:
            self.dtype_policy = keras.dtype_policies.get(dtype)

    def get_config(self):
        # Not super(): a functional model's config is its whole graph.
        dtype = self.dtype_policy
        if not isinstance(dtype, keras.dtype_policies.DTypePolicyMap):
            dtypes = keras.dtype_policies.DTypePolicyMap()
            for layer in self._flatten_layers():
                if layer.quantization_mode is not None:
                    dtypes[layer.path] = layer.dtype_policy
            dtype = dtypes if len(dtypes) else dtype
        return {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": keras.dtype_policies.serialize(dtype),
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        if isinstance(config.get("dtype"), dict):
            config["dtype"] = keras.dtype_policies.get(config["dtype"])
        return cls(**config)

    def save_to_preset(self, preset_dir, weights_dtype=None):
        """Writes the backbone's files of a preset.

        Args:
            preset_dir: string. Folder to write, made if it does not exist.
            weights_dtype: `None` for the weights as they are, or `"float16"`
                for a file of half the size.
        """
        if weights_dtype not in (None, "float16"):
            raise ValueError(
                '`weights_dtype` must be None or "float16". '
                f"Received: weights_dtype={weights_dtype!r}"
            )
        preset_files.save_object(preset_dir, preset_files.CONFIG_FILE, self)
        path = os.path.join(preset_dir, preset_files.WEIGHTS_FILE)
        self.save_weights(path)
        if weights_dtype == "float16":
            preset_files.store_as_float16(path)
        preset_files.save_metadata(
            preset_dir, preset_files.new_metadata(self, [])
        )

    @classmethod
    def from_preset(cls, preset, load_weights=True, **kwargs):
        """Loads a backbone from a preset.

        Args:
            preset: string. A preset that comes with the package or was
                added, a local folder, or a handle beginning with `hf://` or
                `kaggle://`.
            load_weights: bool. `False` for random weights.
            **kwargs: Arguments of the backbone to replace, such as `dtype`
                or `image_shape`.

        Raises:
            FileNotFoundError: If the preset is not complete.
            ValueError: If there is no such preset, or one of its files is
                damaged or of something else.
        """
        reader = PresetReader(preset)
        dtype = preset_dtype(reader, kwargs.pop("dtype", None))
        backbone = reader.object(
            preset_files.CONFIG_FILE, cls, {**kwargs, "dtype": dtype}
        )
        if load_weights:
            reader.load_weights(
                preset_files.WEIGHTS_FILE, backbone.load_weights
            )
        return backbone
