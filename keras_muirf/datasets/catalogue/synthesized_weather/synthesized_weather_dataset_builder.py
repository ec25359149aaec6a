"""Weather on any clean photographs, made by an Apache Beam pipeline."""

import importlib.util
import logging

import keras
import tensorflow_datasets as tfds

from keras_muirf.datasets.catalogue.synthesized_weather import WeatherConfig
from keras_muirf.datasets.catalogue.synthesized_weather import WeatherMaker
from keras_muirf.datasets.catalogue.synthesized_weather import photographs
from keras_muirf.weathers import WEATHERS


class Builder(tfds.core.GeneratorBasedBuilder):
    """The builder `synthesized_weather`; see README.md beside this file."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "The first version."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Put clean photographs into the folder `synthesized_weather` of "
        "`manual_dir`, at any depth."
    )
    BUILDER_CONFIGS = [
        WeatherConfig(name="all_weather", description="All four weathers."),
        *(
            WeatherConfig(
                name=weather,
                description=f"Only {weather}.",
                maker=WeatherMaker(weathers=(weather,)),
            )
            for weather in WEATHERS
        ),
    ]
    DEFAULT_BUILDER_CONFIG_NAME = "all_weather"

    def _info(self):
        image = tfds.features.Image(
            shape=(None, None, 3), encoding_format="png"
        )
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "input": image,
                    "target": image,
                    "weather": tfds.features.Text(),
                    "name": tfds.features.Text(),
                }
            ),
            supervised_keys=("input", "target"),
            metadata=tfds.core.MetadataDict(),
        )

    def _split_generators(self, dl_manager):
        self._require_packages()
        config = self.builder_config
        # A wrong severity is found here, and not by a worker hours later.
        config.maker.make_layers()
        paths = photographs.find_photographs(
            dl_manager.manual_dir / config.photographs
        )
        train, validation = photographs.hold_out(paths, config.validation)
        splits = {"train": train, "validation": validation}
        return {
            split: self._generate_examples(
                {name: paths[name] for name in names}
            )
            for split, names in splits.items()
            if names
        }

    def _generate_examples(self, paths):
        from keras_muirf.datasets.catalogue.synthesized_weather import (
            synthesize_weather,
        )

        return synthesize_weather.SynthesizeWeather(
            self.builder_config.maker, paths
        )

    def _require_packages(self):
        if importlib.util.find_spec("apache_beam") is None:
            raise ImportError(
                "The builder synthesized_weather needs Apache Beam to make "
                "its examples: pip install keras-muirf[beam], in an "
                "environment of its own. Reading them needs none."
            )
        # Else this would come up when all work is done and is to be written.
        tensorflow = importlib.util.find_spec("tensorflow")
        if self.info.file_format.value == "tfrecord" and tensorflow is None:
            raise ImportError(
                "TFRecord files need TensorFlow, which is not installed. Give "
                'the builder file_format="array_record", which needs none.'
            )

    def _process_pipeline_result(self, pipeline_result):
        from keras_muirf.datasets.catalogue.synthesized_weather import (
            synthesize_weather,
        )

        unreadable = synthesize_weather.count_unreadable(pipeline_result)
        if unreadable:
            logging.warning(
                "%d photographs could not be read and were left out; the log "
                "of the pipeline names them.",
                unreadable,
            )
        self.info.metadata.update(
            maker=repr(self.builder_config.maker),
            backend=keras.backend.backend(),
            unreadable=unreadable,
        )
