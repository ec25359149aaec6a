"""The weathers that MUIRF knows, in the order used everywhere."""

WEATHERS = ("rain", "snow", "haze", "raindrop")
# What a network may see where there is none of these.
CLEAR = "clear"
