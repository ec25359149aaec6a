import numpy as np


class IdentityRestorer:
    """The files' side of a restorer, with a network that changes nothing."""

    size_multiple = 8
    halo = 5
    memory_per_pixel = 1
    shallow_stride = 1
    weathers = classes = ("rain", "snow", "haze", "raindrop")

    def __init__(self):
        self.shapes = []
        self.tiles = []
        self.asked = []

    def shallow_features(self, images):
        assert images.dtype == np.float32
        return images

    def route(self, moments, weather=None):
        self.asked.append(weather)
        self.moments = moments
        return {"weather": np.array([[0.1, 0.2, 0.6, 0.1]], "float32")}

    def class_probabilities(self, routing):
        return routing["weather"]

    def restore_tiles(self, tiles, routing, strength):
        self.shapes.append(tiles.shape)
        self.tiles.append(tiles)
        return tiles
