"""Weather as Keras preprocessing layers: degradations of clean photographs."""

from keras_muirf.weather.haze import Haze
from keras_muirf.weather.mixed import Mixed
from keras_muirf.weather.rain import Rain
from keras_muirf.weather.raindrop import Raindrop
from keras_muirf.weather.snow import Snow
from keras_muirf.weather.weather_layer import WeatherLayer

__all__ = ["Haze", "Mixed", "Rain", "Raindrop", "Snow", "WeatherLayer"]
