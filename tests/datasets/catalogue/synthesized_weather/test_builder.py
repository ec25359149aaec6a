"""What the builder does where Apache Beam is not installed."""

import importlib.util

import numpy as np
import pytest
import tensorflow_datasets as tfds

import keras_muirf


def test_it_is_known_with_a_config_for_every_weather():
    builder_cls = tfds.builder_cls("synthesized_weather")
    assert builder_cls.DEFAULT_BUILDER_CONFIG_NAME == "all_weather"
    weathers = {
        name: config.maker.weathers
        for name, config in builder_cls.builder_configs.items()
    }
    assert weathers.pop("all_weather") == keras_muirf.WEATHERS
    assert weathers == {name: (name,) for name in keras_muirf.WEATHERS}


@pytest.mark.skipif(
    importlib.util.find_spec("apache_beam") is not None,
    reason="Apache Beam is installed",
)
def test_without_beam_it_says_what_to_install(tmp_path, save_image):
    save_image(
        tmp_path / "manual" / "synthesized_weather" / "a.png",
        np.zeros((8, 8, 3), "uint8"),
    )
    builder = tfds.builder(
        "synthesized_weather", data_dir=tmp_path, file_format="array_record"
    )
    with pytest.raises(ImportError, match=r"keras-muirf\[beam\]"):
        builder.download_and_prepare(
            download_config=tfds.download.DownloadConfig(
                manual_dir=tmp_path / "manual"
            )
        )
