import numpy as np

import keras_muirf


class PeerRestorer:
    """A plain network with the face of a restorer, to be measured alike.

    It is told no weather and tells none: all have the same probability.

    Args:
        model: `keras.Model` from images to images, float32 in [0, 1].
        halo: int. Pixels that tiles bring beyond what is kept of them. Where
            the network pools over all that it sees, tiles are not what the
            whole image would be.
        size_multiple: int. What heights and widths of tiles are multiples of.
    """

    weathers = classes = keras_muirf.WEATHERS
    num_tasks = len(weathers)
    shallow_stride = 1
    name = "peer"

    def __init__(self, model, halo, size_multiple):
        self.model = model
        self.halo = halo
        self.size_multiple = size_multiple

    def restore(self, images, weather=None):
        restored = self.restore_tiles(images / np.float32(255))
        return np.rint(255 * restored).astype(images.dtype)

    def shallow_features(self, images):
        return np.zeros((1, 1, 1, 1), "float32")

    def route(self, moments, weather=None):
        return {"weather": np.full((1, len(self.weathers)), 0.25, "float32")}

    def class_probabilities(self, routing):
        return routing["weather"]

    def restore_tiles(self, tiles, routing=None, clip=True, strength=1.0):
        restored = self.model.predict_on_batch(tiles)
        return np.clip(restored, 0.0, 1.0) if clip else restored

    def train_on_batch(self, x, y):
        return self.model.train_on_batch(x["image"], y)
