from keras_muirf.datasets.catalogue.synthesized_weather.weather_config import (
    WeatherConfig,
)
from keras_muirf.datasets.catalogue.synthesized_weather.weather_maker import (
    WeatherMaker,
)

__all__ = ["WeatherConfig", "WeatherMaker"]
