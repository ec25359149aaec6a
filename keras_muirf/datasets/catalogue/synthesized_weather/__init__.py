from keras_muirf.datasets.catalogue.synthesized_weather.weather_config import (
    WeatherConfig as WeatherConfig,
)
from keras_muirf.datasets.catalogue.synthesized_weather.weather_maker import (
    WeatherMaker as WeatherMaker,
)
