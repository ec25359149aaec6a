"""Weather as Keras preprocessing layers: degradations of clean photographs."""

from keras_muirf.weather.haze import Haze as Haze
from keras_muirf.weather.mixed import Mixed as Mixed
from keras_muirf.weather.rain import Rain as Rain
from keras_muirf.weather.raindrop import Raindrop as Raindrop
from keras_muirf.weather.snow import Snow as Snow
from keras_muirf.weather.weather_layer import WeatherLayer as WeatherLayer
