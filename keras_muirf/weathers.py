"""The weathers that MUIRF knows, in the order used everywhere."""

WEATHERS = ("rain", "snow", "haze", "raindrop")
