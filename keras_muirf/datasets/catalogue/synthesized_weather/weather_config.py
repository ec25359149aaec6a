import dataclasses

import tensorflow_datasets as tfds

from keras_muirf.datasets.catalogue.synthesized_weather.weather_maker import (
    WeatherMaker,
)


@dataclasses.dataclass(eq=False, kw_only=True)
class WeatherConfig(tfds.core.BuilderConfig):
    """Which photographs, which weather, and how many for validation.

    TensorFlow Datasets tells prepared data apart by the name, so other
    settings need another name.

    Args:
        maker: A `WeatherMaker`, which has the settings of the weather.
            Defaults to one with all weathers.
        photographs: String, the folder of the photographs in `manual_dir`.
            Defaults to `"synthesized_weather"`.
        validation: Float from 0 to less than 1, the share of the photographs
            that make up the split `validation`; with 0 there is none.
            Defaults to `0.1`.
        **kwargs: `name`, `description` and the others of
            `tfds.core.BuilderConfig`.

    Example:

    ```python
    config = WeatherConfig(
        name="heavy_rain",
        maker=WeatherMaker(weathers=("rain",), severity="heavy", copies=4),
        photographs="div2k",
    )
    builder = tfds.builder("synthesized_weather", config=config)
    ```
    """

    maker: WeatherMaker = dataclasses.field(default_factory=WeatherMaker)
    photographs: str = "synthesized_weather"
    validation: float = 0.1
