import os

import keras

from keras_muirf.losses import RestorationLoss
from keras_muirf.metrics import PSNR
from keras_muirf.models import preset_files
from keras_muirf.models.backbone import preset_dtype
from keras_muirf.models.preprocessed_dataset import preprocess_data
from keras_muirf.models.preset_reader import PresetReader
from keras_muirf.trainers import TaskGradientTrainer


class ImageRestorer(TaskGradientTrainer, keras.Model):
    """Base of the tasks that restore images.

    KerasHub has no task of this kind; this one keeps its conventions. `fit`,
    `evaluate` and `predict` preprocess, calling the model does not. With an
    optimizer that combines per-task gradients, such as
    `keras_muirf.optimizers.MVGH`, it is trained on the gradient of each
    weather; with any other optimizer in the ordinary way.

    Args:
        compile: bool. Whether to compile with the defaults.
        **kwargs: Arguments of `keras.Model`.
    """

    backbone_cls: type | None = None
    preprocessor_cls: type | None = None

    def __init__(self, *args, compile=True, **kwargs):
        super().__init__(*args, **kwargs)
        if compile:
            self.compile()

    def compile(self, optimizer="auto", loss="auto", *, metrics="auto", **kw):
        """Compiles the restorer for training.

        Args:
            optimizer: `"auto"` for `AdamW`, or an optimizer; wrapped in
                `keras_muirf.optimizers.MVGH` it trains by weather.
            loss: `"auto"` for `keras_muirf.losses.RestorationLoss`, or a loss.
            metrics: `"auto"` for `keras_muirf.metrics.PSNR`, where an image
                counts 60 dB at most, or metrics.
            **kw: Other arguments of `keras.Model.compile`.
        """
        if isinstance(optimizer, str) and optimizer == "auto":
            optimizer = keras.optimizers.AdamW(5e-4, weight_decay=1e-4)
        if isinstance(loss, str) and loss == "auto":
            period = getattr(self, "size_multiple", 8)
            loss = RestorationLoss(grid_period=period)
        if isinstance(metrics, str) and metrics == "auto":
            # Clear images may come back equal.
            metrics = [PSNR(ceiling=60.0)]
        super().compile(optimizer=optimizer, loss=loss, metrics=metrics, **kw)

    def fit(
        self,
        x=None,
        y=None,
        sample_weight=None,
        validation_data=None,
        **kwargs,
    ):
        x, y, sample_weight = preprocess_data(
            x, y, sample_weight, self.preprocessor
        )
        if isinstance(validation_data, tuple | list):
            validation_data = preprocess_data(
                *keras.utils.unpack_x_y_sample_weight(tuple(validation_data)),
                self.preprocessor,
            )
        elif validation_data is not None:
            validation_data, _, _ = preprocess_data(
                validation_data, None, None, self.preprocessor
            )
        return super().fit(
            x=x,
            y=y,
            sample_weight=sample_weight,
            validation_data=validation_data,
            **kwargs,
        )

    def evaluate(self, x=None, y=None, sample_weight=None, **kwargs):
        # fit() calls evaluate() with data that is preprocessed already.
        if not kwargs.get("_use_cached_eval_dataset"):
            x, y, sample_weight = preprocess_data(
                x, y, sample_weight, self.preprocessor
            )
        return super().evaluate(x=x, y=y, sample_weight=sample_weight, **kwargs)

    def predict(self, x, **kwargs):
        x, _, _ = preprocess_data(x, None, None, self.preprocessor)
        return super().predict(x, **kwargs)

    def get_config(self):
        # Not super(): a functional model's config is its whole graph.
        return {
            "backbone": keras.saving.serialize_keras_object(self.backbone),
            "preprocessor": keras.saving.serialize_keras_object(
                self.preprocessor
            ),
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        for part in ("backbone", "preprocessor"):
            if isinstance(config.get(part), dict):
                config[part] = keras.saving.deserialize_keras_object(
                    config[part], custom_objects=custom_objects
                )
        return cls(**config)

    def has_task_weights(self):
        """Whether the task has weights that are not in the backbone."""
        backbone = {id(weight) for weight in self.backbone.weights}
        return not backbone.issuperset(id(weight) for weight in self.weights)

    def save_task_weights(self, filepath):
        """Writes the weights that are not in the backbone to `filepath`."""
        keras.saving.save_weights(
            self,
            filepath,
            objects_to_skip=self._not_of_the_task(),
        )

    def load_task_weights(self, filepath):
        """Reads the weights that are not in the backbone from `filepath`."""
        keras.saving.load_weights(
            self,
            filepath,
            objects_to_skip=self._not_of_the_task(),
        )

    def _not_of_the_task(self):
        # The optimizer is no weight of the network, but Keras visits it.
        optimizer = getattr(self, "optimizer", None)
        others = [] if optimizer is None else [optimizer]
        return [*self.backbone._flatten_layers(), *others]

    def save_to_preset(self, preset_dir, weights_dtype=None):
        """Writes the restorer as a preset: a folder with KerasHub's files.

        Args:
            preset_dir: string. Folder to write, made if it does not exist.
            weights_dtype: `None` for the weights as they are, or `"float16"`
                for files of half the size.
        """
        self.backbone.save_to_preset(preset_dir, weights_dtype)
        preset_files.save_object(
            preset_dir, preset_files.TASK_CONFIG_FILE, self
        )
        if self.has_task_weights():
            path = os.path.join(preset_dir, preset_files.TASK_WEIGHTS_FILE)
            self.save_task_weights(path)
            if weights_dtype == "float16":
                preset_files.store_as_float16(path)
        if self.preprocessor is not None:
            self.preprocessor.save_to_preset(preset_dir)
        preset_files.save_metadata(
            preset_dir, preset_files.new_metadata(self, ["ImageRestorer"])
        )

    @classmethod
    def from_preset(cls, preset, load_weights=True, **kwargs):
        """Loads a restorer from a preset.

        Args:
            preset: string. A preset that comes with the package or was
                added, a local folder, or a handle beginning with `hf://` or
                `kaggle://`.
            load_weights: bool. `False` for random weights.
            **kwargs: Arguments of the restorer to replace, or `dtype` and
                `image_shape` of its backbone.

        Raises:
            FileNotFoundError: If the preset is not complete.
            ValueError: If there is no such preset, or one of its files is
                damaged or of something else.

        Example:

        ```python
        restorer = keras_muirf.models.MUIRFImageRestorer.from_preset(
            "muirf_tiny_all_weather"
        )
        ```
        """
        return cls.from_reader(PresetReader(preset), load_weights, **kwargs)

    @classmethod
    def from_reader(cls, reader, load_weights=True, **kwargs):
        """`from_preset` with a `PresetReader` as `reader`.

        `load_weights` and the rest are as there.
        """
        dtype = preset_dtype(reader, kwargs.pop("dtype", None))
        config = reader.config(preset_files.TASK_CONFIG_FILE)
        backbone = config["config"].get("backbone")
        if isinstance(backbone, dict) and (
            isinstance(backbone.get("config"), dict)
        ):
            replaced = {"dtype": _plain(dtype)}
            if "image_shape" in kwargs:
                replaced["image_shape"] = kwargs.pop("image_shape")
            kwargs["backbone"] = {
                **backbone,
                "config": {**backbone["config"], **replaced},
            }
        task = reader.object(preset_files.TASK_CONFIG_FILE, cls, kwargs)
        if load_weights:
            if task.has_task_weights():
                reader.load_weights(
                    preset_files.TASK_WEIGHTS_FILE, task.load_task_weights
                )
            reader.load_weights(
                preset_files.WEIGHTS_FILE, task.backbone.load_weights
            )
        return task


def _plain(dtype):
    if isinstance(dtype, str | dict):
        return dtype
    # Keras' own way imports TensorFlow, whatever the backend.
    if type(dtype) is keras.DTypePolicy:
        return dtype.name
    return keras.dtype_policies.serialize(dtype)
